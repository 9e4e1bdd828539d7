"""How the clinic report and the patient's page look, on screen and on paper."""

STYLE = """
@page { size: A4; margin: 12mm 12mm 14mm 12mm;
  @bottom-left { content: "A simulation for a prescriber; not signed"; font: 7.5pt 'DejaVu Sans', sans-serif; color: #5b6875; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 7.5pt 'DejaVu Sans', sans-serif; color: #5b6875; } }
* { box-sizing: border-box; }
body { margin: 0; color: #1b2733; background: #fff; font: 15px/1.45 system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial,
  sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px; }
header { border-bottom: 2px solid #1b2733; position: relative; margin-bottom: 10px; }
h1 { font-size: 24px; margin: 0; }
h2 { font-size: 17px; margin: 20px 0 6px; break-after: avoid; }
.patient { margin: 2px 0 8px; color: #5b6875; }
.unsigned { position: absolute; right: 0; top: 2px; margin: 0; padding: 2px 10px; border: 2px solid #d55e00; color: #b34d00;
  font-weight: 700; letter-spacing: .06em; }
.purpose { margin: 6px 0; color: #3c4a57; }
.refuse { border-left: 5px solid #d55e00; padding: 2px 14px; background: #fdf1ea; }
.warn { border-left: 5px solid #e69f00; padding: 2px 14px; background: #fff8e8; }
.refuse h2, .warn h2 { margin-top: 8px; }
.picture { margin: 12px 0; break-inside: avoid; }
.picture svg, .picture img { width: 100%; height: auto; display: block; }
ul { margin: 4px 0 8px; padding-left: 20px; } li { margin: 2px 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: right; font-size: 12px; color: #5b6875; border-bottom: 1px solid #1b2733; padding: 3px 6px;
  vertical-align: bottom; }
td { text-align: right; border-bottom: 1px solid #d8dee4; padding: 4px 6px; vertical-align: top; }
th:nth-child(-n+2), td:nth-child(-n+2), th:last-child, td:last-child { text-align: left; }
td:first-child { color: #5b6875; }
td:nth-child(3), td:nth-child(8) { white-space: nowrap; } td:nth-child(2) { min-width: 11em; }
td:last-child { font-size: 12px; color: #3c4a57; }
tr { break-inside: avoid; } tr.now td { background: #eef5fa; }
sup { color: #0072b2; font-size: 10px; padding-left: 2px; } sup a { color: inherit; text-decoration: none; }
.small, .small li { font-size: 13px; } .columns { columns: 2; column-gap: 28px; } .columns li { break-inside: avoid; }
.pair { display: flex; gap: 28px; } .pair > div { flex: 1 1 0; }
.annex { margin-top: 32px; border-top: 2px solid #1b2733; padding-top: 12px; }
.sources { font-size: 12px; color: #3c4a57; overflow-wrap: anywhere; } .sources h2 { font-size: 14px; }
@media (max-width: 720px) { .pair { display: block; } .columns { columns: 1; } main { padding: 12px; }
  .unsigned { position: static; display: inline-block; margin: 6px 0 0; }
  .picture { overflow-x: auto; } .picture svg { min-width: 720px; }
  table { display: block; overflow-x: auto; } }
@media print {
  body { font-size: 7.6pt; line-height: 1.25; } main { max-width: none; padding: 0; }
  h1 { font-size: 15pt; } h2 { font-size: 10pt; margin: 5pt 0 1pt; }
  th { font-size: 6.6pt; padding: 1pt 3pt; } td { padding: 1pt 3pt; }
  td:last-child { min-width: 33mm; } td:last-child { font-size: 6.8pt; }
  .picture { margin: 2pt 0; } .picture img { width: 112mm; margin: 0 auto; } .picture.wide img { width: 132mm; }
  .annex .picture.wide img { width: 160mm; }
  .annex { break-before: page; border: 0; padding: 0; margin: 0; }
  .small, .small li { font-size: 7.4pt; } .sources { font-size: 6.6pt; } sup { font-size: 5.6pt; }
  ul { margin: 2pt 0 4pt; padding-left: 12pt; } li { margin: 1pt 0; }
}
"""

PLAIN_STYLE = """
* { box-sizing: border-box; }
body { margin: 0; color: #1b2733; background: #fff; font: 18px/1.6 system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial,
  sans-serif; }
main { max-width: 720px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 28px; line-height: 1.25; } h2 { font-size: 21px; margin: 30px 0 6px; }
.urgent { border: 3px solid #d55e00; border-radius: 8px; padding: 10px 18px; background: #fdf1ea; }
.note { border-left: 5px solid #0072b2; padding: 4px 16px; background: #eef5fa; }
.picture svg { width: 100%; height: auto; } figcaption, .foot { font-size: 15px; color: #3c4a57; } figure { margin: 16px 0; }
li { margin: 6px 0; }
@media (max-width: 600px) { .picture { overflow-x: auto; } .picture svg { min-width: 560px; } }
"""

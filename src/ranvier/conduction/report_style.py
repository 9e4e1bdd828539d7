"""How the report looks, on screen and on paper."""

STYLE = """
@page { size: A4; margin: 16mm 14mm 16mm 14mm;
  @bottom-left { content: "Nerve conduction study, not signed"; font: 8pt 'DejaVu Sans', sans-serif; color: #5b6875; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt 'DejaVu Sans', sans-serif; color: #5b6875; } }
* { box-sizing: border-box; }
body { margin: 0; color: #1b2733; background: #fff; font: 15px/1.45 system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial,
  sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 24px; }
header { border-bottom: 2px solid #1b2733; margin-bottom: 16px; position: relative; }
h1 { font-size: 24px; margin: 0; }
h2 { font-size: 18px; margin: 26px 0 8px; break-after: avoid; }
h4 { font-size: 14px; margin: 12px 0 2px; break-after: avoid; }
.patient { margin: 2px 0 10px; color: #5b6875; }
.unsigned { position: absolute; right: 0; top: 4px; margin: 0; padding: 2px 10px; border: 2px solid #d55e00; color: #d55e00;
  font-weight: 700; letter-spacing: .06em; }
.summary { display: flex; flex-direction: row-reverse; gap: 24px; align-items: flex-start; }
.summary > div:last-child { flex: 1 1 auto; }
.summary h2 { margin-top: 0; }
.map { flex: 0 0 300px; width: 300px; }
.map svg { width: 300px; height: auto; }
ul { margin: 4px 0 8px; padding-left: 20px; }
li { margin: 2px 0; }
table { border-collapse: collapse; width: 100%; margin: 6px 0 18px; font-variant-numeric: tabular-nums; break-inside: avoid; }
caption { text-align: left; font-weight: 600; padding: 4px 0; }
th { text-align: right; font-weight: 600; font-size: 12px; color: #5b6875; border-bottom: 1px solid #1b2733; padding: 3px 6px;
  vertical-align: bottom; }
td { white-space: nowrap; text-align: right; border-bottom: 1px solid #d8dee4; padding: 4px 6px; vertical-align: top; }
th:first-child, td:first-child, .words td, .words th, .editions td, .editions th { text-align: left; }
td:last-child, th:last-child { text-align: left; white-space: normal; }
.words td:nth-child(n+3):nth-child(-n+5), .words th:nth-child(n+3):nth-child(-n+5) { text-align: right; }
.words td:last-child { font-size: 12px; color: #5b6875; width: 52%; }
.editions td, .editions th { font-size: 13px; }
.nerve, footer { break-inside: avoid; }
.motor { table-layout: fixed; }
.motor th:first-child { width: 13%; } .motor th:last-child { width: 17%; }
.motor th { white-space: normal; }
.derived th { white-space: normal; } .derived td:last-child, .derived th:last-child { text-align: right; }
.f-waves { width: auto; }
.f-waves td, .f-waves th { padding-right: 24px; }
.f-waves td:nth-child(2), .f-waves th:nth-child(2) { text-align: left; }
.f-waves td:last-child, .f-waves th:last-child { text-align: right; }
.block { color: #d55e00; font-weight: 700; }
.trace { margin: 0 0 18px; break-inside: avoid; max-width: 860px; }
.trace svg { width: 100%; height: auto; }
.because, .small { font-size: 12px; color: #3c4a57; }
.because ul { padding-left: 16px; }
.faults { border-left: 4px solid #d55e00; padding-left: 12px; }
.small { margin: 0 0 6px; }
h2 + .small { break-after: avoid; }
.sign { display: flex; gap: 24px; margin-top: 30px; }
.sign span { flex: 1; border-top: 1px solid #1b2733; font-size: 12px; color: #5b6875; padding-top: 2px; }
.foot { border-top: 1px solid #1b2733; padding-top: 8px; margin-top: 24px; font-weight: 600; }
@media (max-width: 720px) {
  main { padding: 12px; }
  .unsigned { position: static; display: inline-block; margin-bottom: 6px; }
  .summary { flex-direction: column-reverse; }
  .map { margin: auto; }
  table { display: block; overflow-x: auto; }
  .nerve { overflow-x: auto; }
  .motor { display: table; min-width: 720px; }
}
@media print {
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 16pt; } h2 { font-size: 12pt; margin: 14pt 0 4pt; }
  th { font-size: 7.5pt; } td { padding: 2pt 4pt; }
  .because, .small, .words td:last-child { font-size: 7.5pt; }
  .editions td, .editions th { font-size: 8pt; }
  .editions td { white-space: normal; }
  table { margin: 3pt 0 8pt; }
  .trace { width: 172mm; margin-bottom: 6pt; }
  .summary { display: block; }  /* a flex box does not break over pages, and a long summary must */
  .summary::after { content: ""; display: block; clear: both; }
  .map { float: right; width: 62mm; margin: 0 0 4mm 6mm; } .map img { width: 62mm; }
  .sign { margin-top: 12mm; } .sign span { font-size: 8pt; }
  .foot { margin-top: 8pt; padding-top: 4pt; font-size: 8.5pt; }
  .trace img { width: 100%; }
}
"""

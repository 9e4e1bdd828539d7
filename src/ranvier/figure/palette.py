"""Colours and type, in one place. Okabe & Ito's colour-blind safe set, with ink and paper of our own."""

COLOURS = {
    "ink": "#1b2733",
    "muted": "#5b6875",
    "grid": "#d8dee4",
    "paper": "#ffffff",
    "blue": "#0072b2",
    "sky": "#56b4e9",
    "green": "#009e73",
    "orange": "#e69f00",
    "vermilion": "#d55e00",
    "purple": "#cc79a7",
    "yellow": "#f0e442",
}
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"

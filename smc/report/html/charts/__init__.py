"""Small charts as SVG: readable when a phone shows them at its own width, light or dark."""

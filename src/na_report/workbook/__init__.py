"""An edition as a workbook, out and back in."""

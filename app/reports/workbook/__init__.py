"""The parts of a workbook: named styles, tables, measures, and the last touch on the file."""

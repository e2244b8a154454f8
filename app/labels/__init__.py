"""Labels (标签): what stands in the QR code, the sheets and rolls, and the printed page."""

import ECGWire

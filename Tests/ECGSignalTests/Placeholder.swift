import ECGSignal

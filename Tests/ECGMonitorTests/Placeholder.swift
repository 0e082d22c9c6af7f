import ECGMonitor

import ECGAlarm

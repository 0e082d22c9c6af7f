import ECGRecords

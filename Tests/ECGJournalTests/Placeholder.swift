import ECGJournal

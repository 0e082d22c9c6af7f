print("ecgctl")

"""How it is signed: signatures checked as Android and Apple check them; what each platform makes of them."""

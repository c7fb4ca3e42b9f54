"""What the authenticator app of the demo's staff would hold. The page /dev/code shows its codes, like an app."""

KEY = "ALPENGLOWDEMO2STAFF3KEY4CODES567"

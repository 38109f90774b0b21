"""The custodian's side: everything that may see records before they are de-identified. Never in a workspace."""

"""The custodian's side: what may see records before they are de-identified. Never in a workspace."""

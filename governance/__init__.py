"""Safe people, safe projects: who may see what until when, and the record of every act."""

"""The program around the texts: plans, stages, forms, partners, and what came of it all."""

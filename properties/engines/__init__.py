"""How a law is asked: by complete search, by proof, by random runs; all answer with one Verdict."""

"""What happens later: one clock carries every due row out."""

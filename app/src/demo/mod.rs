//! A small hosting seller for demonstrations, made through the public commands.

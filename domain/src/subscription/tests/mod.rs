mod changes;
mod laws;
mod periods;
mod rules;

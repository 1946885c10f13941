mod apply;
mod balance;

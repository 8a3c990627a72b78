//! Functions against tables and libraries; loops against single elements.

mod accuracy;
mod loops;
mod methods;
mod special;
mod speed;

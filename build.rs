//! Tells the linker how a Node-API library is built.

fn main() {
    napi_build::setup();
}

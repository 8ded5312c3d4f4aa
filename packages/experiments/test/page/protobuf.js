// protobufjs comes as a classic script, loaded by index.html.
export default globalThis.protobuf;

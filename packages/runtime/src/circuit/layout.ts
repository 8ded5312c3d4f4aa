// The program of a circuit as bytes in WebAssembly memory. Read by both sides: TypeScript writes it, the kernels
// (AssemblyScript) read it, so only plain numbers here. A wire is a vector of 128 bits, one for each of 128 images.

/** Images that run together. */
export const IMAGES = 128;
/** Bytes of a wire. */
export const WIRE = 16;

export const CIRCUIT_BYTES = 64;
export const CIRCUIT_INPUTS = 0; // pixels of an image
export const CIRCUIT_FLOATS = 4; // 1 where pixels are float32, 0 where they are bytes
export const CIRCUIT_PACKS = 8; // addresses and numbers of the lists below
export const CIRCUIT_PACK_COUNT = 12;
export const CIRCUIT_RUNS = 16;
export const CIRCUIT_RUN_COUNT = 20;
export const CIRCUIT_CLASSES = 24;
export const CIRCUIT_CLASS_COUNT = 28;
export const CIRCUIT_SLICES = 32; // bits of a score
export const CIRCUIT_BUFFERS = 36; // where a thread's scratch memory holds its buffers, behind the wires
export const BUFFER_BYTES = 2816;
export const CIRCUIT_INDEX_SLICES = 40; // bits of a class
export const CIRCUIT_SCORES = 44; // 1 where scores are wanted, 0 where the best class is

// Sixteen pixels and a threshold for each, which become sixteen wires.
export const PACK_BYTES = 12;
export const PACK_PIXEL = 0; // bytes from the beginning of an image
export const PACK_ABOVE = 4; // address of sixteen thresholds; of bytes also which are below 0, so that all bits are ones
export const PACK_WIRES = 8; // place in the scratch memory

// Logic gates of one operation, as pairs of places of wires. Those that are stored; then, in blocks of eight, those that
// are only counted.
export const RUN_BYTES = 20;
export const RUN_OPERATION = 0;
export const RUN_INVERTED = 4; // 1 where the inverse is meant
export const RUN_COUNT = 8;
export const RUN_PAIRS = 12;
export const RUN_WIRES = 16; // where the first is stored

export const CLASS_BYTES = 12;
export const CLASS_RUNS = 0;
export const CLASS_RUN_COUNT = 4;
export const CLASS_PLUS = 8;

// Operations that are left when inverters are pushed out and inputs exchanged.
export const OPERATION_WIRE = 0; // the first input
export const OPERATION_AND = 1;
export const OPERATION_AND_NOT = 2;
export const OPERATION_XOR = 3;
export const OPERATION_OR = 4;

// The first two wires.
export const PLACE_ZERO = 0;
export const PLACE_ONE = 16;

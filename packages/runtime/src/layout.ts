// The program that the kernels run, as bytes in WebAssembly memory. Read by both sides: TypeScript writes it,
// the kernels (AssemblyScript) read it, so only plain numbers here.

/** Examples that run together; longer batches go in pieces of this size. */
export const CHUNK = 64;
/** More weights than this come slowly; a batch reads them once for all its examples, and ahead. */
export const MIDDLE_BYTES = 8388608;
/** Inputs of such a batch that are multiplied by one weight row after the other before the next inputs are. */
export const REACH = 2048;

// Header of a program: where its lists lie in a thread's scratch memory, and the costs in nanoseconds.
export const HEADER_BYTES = 64;
export const HEADER_OPS = 0; // number of operations
export const HEADER_INPUTS = 4; // length of one input
export const HEADER_INPUT_STRIDE = 8; // bytes, as for every value in the scratch memory
export const HEADER_OUTPUTS = 12; // length of one output
export const HEADER_OUTPUT = 16; // where the last value lies in the scratch memory
export const HEADER_OUTPUT_STRIDE = 20;
export const HEADER_LISTS = 24; // where the lists lie in the scratch memory
export const HEADER_WIDTH = 28; // length of the longest value, for the size of the lists
export const HEADER_GROUPS = 32; // the largest number of gates
export const HEADER_PANELS = 36; // address of the list 0, 1, 2, ... of all panels
export const HEADER_ROW = 40; // one panel, one input, one example
export const HEADER_TILE = 44; // one panel, one input, four examples
export const HEADER_DOT = 48; // one output with a gate of its own, one input
export const HEADER_SCAN = 56; // looking at one input
export const HEADER_PAIR = 60; // one open gate of one example, apart from its sums

// One operation. Values lie in the scratch memory (relative), weights anywhere (absolute).
export const OP_BYTES = 128;
export const OP_KIND = 0;
export const OP_X = 4;
export const OP_X_STRIDE = 8;
export const OP_Y = 12;
export const OP_Y_STRIDE = 16;
export const OP_INPUTS = 20;
export const OP_OUTPUTS = 24;
export const OP_PANELS = 28; // outputs / 8, rounded up
export const OP_WEIGHT = 32; // panels [panel][input][8]
export const OP_BIAS = 36; // padded to whole panels
export const OP_ROWS = 40; // unit gates: weights again as [output][input], padded to 4; bit layers: the signs
export const OP_ROW_BYTES = 44;
export const OP_SCALE = 48; // bit layers: one factor per output, padded
export const OP_GATES = 52; // the value that holds the gates
export const OP_GATES_STRIDE = 56;
export const OP_GROUPS = 60;
export const OP_BLOCK = 64; // panels per gate
export const OP_FLAGS = 68;
export const OP_PATH = 72; // forced path, or PATH_AUTO
export const OP_STREAM = 76; // ns more per panel and input when weights come from far away
export const OP_SKIP = 116; // ns per panel and input that is not zero; unit gates: like OP_STREAM, per unit
export const OP_THRESHOLD = 80;
export const OP_TOP = 84;
export const OP_UNIT = 88;
export const OP_UNIT_A = 92; // the unit's parameters
export const OP_UNIT_B = 96;
export const OP_UNIT_LOW = 100;
export const OP_UNIT_HIGH = 104;
export const OP_WIDE = 112; // where the input may hold zeros: weights again as [output / 32][input][32]; else 0
export const OP_TAKEN = 108; // offset of the path that was taken, in the scratch memory

export const KIND_LINEAR = 0;
export const KIND_GATED = 1; // gates of whole panels
export const KIND_UNIT_GATED = 2; // a gate per output
export const KIND_BITS = 3;
export const KIND_GATE = 4;
export const KIND_UNIT = 5;
export const KIND_SOFTMAX = 6;
export const KIND_ARGMAX = 7;

export const FLAG_SCALED = 2; // open gates multiply by their value
export const FLAG_FAR = 8; // gated layers of more than MIDDLE_BYTES
export const FLAG_STEP = 4; // bit layers: inputs are 0 and 1

export const PATH_AUTO = 0;
export const PATH_DENSE = 1; // everything is computed, then closed gates clear their units
export const PATH_GATES = 2; // closed gates are skipped
export const PATH_INPUTS = 3; // closed gates and zero inputs are skipped

export const UNIT_IDENTITY = 0;
export const UNIT_RELU = 1;
export const UNIT_STEP = 2;
export const UNIT_SIGN = 3;
export const UNIT_TERNARY = 4;
export const UNIT_CLIP = 5;
export const UNIT_ROUND = 6;
export const UNIT_TANH = 7;
export const UNIT_SIGMOID = 8;
export const UNIT_SQRT = 9;

// What threads agree by, one 32-bit number each.
export const CONTROL_BYTES = 64;
export const CONTROL_BATCHES = 0; // counts batches; workers wait for it to change
export const CONTROL_STOP = 4;
export const CONTROL_NEXT = 8; // first example that nobody has taken
export const CONTROL_DONE = 12; // workers that found nothing more to do
export const CONTROL_BATCH = 16;
export const CONTROL_PIECE = 20;
export const CONTROL_BAD = 24; // an example was not finite

/** Operators that work element by element. */
export const elementwise: ReadonlySet<string> = new Set([
  "Abs", "Add", "And", "Asin", "Atan", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Cast",
  "Ceil", "Clip", "Cos", "Div", "Equal", "Erf", "Exp", "Floor", "Greater", "GreaterOrEqual", "Identity", "IsNaN",
  "Less", "LessOrEqual", "Log", "Max", "Min", "Mod", "Mul", "Neg", "Not", "Or", "Reciprocal", "Relu", "Round",
  "Sigmoid", "Sign", "Sin", "Softplus", "Sqrt", "Sub", "Tanh", "Where", "Xor",
]);

/** Operators that fold axes into one number. */
export const reductions: ReadonlySet<string> = new Set(["ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceMean"]);

/** Operators that only look at an array differently. */
export const lookings: ReadonlySet<string> = new Set(["Reshape", "Transpose", "Expand", "Slice"]);

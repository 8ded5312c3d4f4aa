import type { Field, Messages } from "./message.ts";

/** The part of ONNX's public schema (onnx.proto) that models of this package use; numbers are the wire's. */
const string = (id: number): Field => ({ type: "string", id });
const int64 = (id: number): Field => ({ type: "int64", id });
const int32 = (id: number): Field => ({ type: "int32", id });
const bytes = (id: number): Field => ({ type: "bytes", id });
const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ type, id, repeated: true });

export const messages: Messages = {
  ModelProto: {
    irVersion: int64(1),
    producerName: string(2),
    producerVersion: string(3),
    domain: string(4),
    modelVersion: int64(5),
    docString: string(6),
    graph: one("GraphProto", 7),
    opsetImport: many("OperatorSetIdProto", 8),
    metadataProps: many("StringStringEntryProto", 14),
    functions: many("FunctionProto", 25),
  },
  OperatorSetIdProto: { domain: string(1), version: int64(2) },
  StringStringEntryProto: { key: string(1), value: string(2) },
  GraphProto: {
    node: many("NodeProto", 1),
    name: string(2),
    initializer: many("TensorProto", 5),
    docString: string(10),
    input: many("ValueInfoProto", 11),
    output: many("ValueInfoProto", 12),
    valueInfo: many("ValueInfoProto", 13),
  },
  NodeProto: {
    input: many("string", 1),
    output: many("string", 2),
    name: string(3),
    opType: string(4),
    attribute: many("AttributeProto", 5),
    docString: string(6),
    domain: string(7),
  },
  AttributeProto: {
    name: string(1),
    f: one("float", 2),
    i: int64(3),
    s: bytes(4),
    t: one("TensorProto", 5),
    floats: many("float", 7),
    ints: many("int64", 8),
    type: int32(20),
  },
  TensorProto: { dims: many("int64", 1), dataType: int32(2), name: string(8), rawData: bytes(9) },
  ValueInfoProto: { name: string(1), type: one("TypeProto", 2), docString: string(3) },
  TypeProto: { tensorType: one("TensorTypeProto", 1) },
  TensorTypeProto: { elemType: int32(1), shape: one("TensorShapeProto", 2) },
  TensorShapeProto: { dim: many("DimensionProto", 1) },
  DimensionProto: { dimValue: int64(1), dimParam: string(2) },
  FunctionProto: {
    name: string(1),
    input: many("string", 4),
    output: many("string", 5),
    attribute: many("string", 6),
    node: many("NodeProto", 7),
    docString: string(8),
    opsetImport: many("OperatorSetIdProto", 9),
    domain: string(10),
  },
};

/** ONNX's numbers of element types. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
} as const;

export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  ints?: number[];
}
export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  domain?: string;
}
export interface TensorProto {
  name: string;
  dataType: number;
  dims: number[];
  rawData: Uint8Array;
}
export interface ValueInfoProto {
  name: string;
  type: {
    tensorType: { elemType: number; shape: { dim: { dimValue?: number; dimParam?: string }[] } };
  };
}
/** ONNX's message `ModelProto`, as far as models of this package use it. */
export interface ModelProto {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  docString?: string;
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
  graph: {
    name: string;
    node: NodeProto[];
    initializer: TensorProto[];
    input: ValueInfoProto[];
    output: ValueInfoProto[];
  };
}

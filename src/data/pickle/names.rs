//! The names that a torch file's pickle may call, and what each stands for: those
//! of torch's own `weights_only` list that tensors and their containers need.

use super::super::dtype::{Descr, Dtype};

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Global {
    /// A kind of values: a storage's class or a dtype.
    Scalar(Scalar),
    /// Makes a tensor of a storage.
    Rebuild(Rebuild),
    /// Gives its first argument: a parameter is its tensor, a size its tuple.
    Inner,
    /// Calls another function of this list and gives the outcome another type.
    FromType,
    /// Makes a dict.
    Dict,
    /// Makes a list.
    List,
    /// Makes a tensor that is not read, and why.
    Unread(&'static str),
    /// Makes nothing of a tensor, and does nothing.
    Inert,
}

/// How a tensor is made of a storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rebuild {
    /// Its dtype is the storage's.
    Typed,
    /// Its dtype is told beside the storage, which is bytes.
    Untyped,
}

/// A kind of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Read(Dtype),
    Complex(&'static str),
    Other(&'static str),
    /// Bytes, whatever they stand for.
    Untyped,
}

impl Scalar {
    /// What the values are.
    pub fn descr(self) -> Descr {
        match self {
            Self::Read(dtype) => Descr::little(dtype),
            Self::Untyped => Descr::little(Dtype::U8),
            Self::Complex(name) => Descr::complex(name),
            Self::Other(name) => Descr::other(name),
        }
    }
}

const SPARSE: &str = "is a sparse tensor: save x.to_dense()";
const QUANTISED: &str = "is a quantised tensor: save x.dequantize()";
const NO_VALUES: &str = "is a tensor without values (device meta): save it once it has some";
const NUMPY: &str =
    "is a NumPy array inside a torch file: save torch.from_numpy(x), or use np.save";

/// What `module.name` stands for; `None` if a tensor needs no such name.
pub(super) fn known(module: &str, name: &str) -> Option<Global> {
    match module {
        "torch._utils" => rebuilding(name),
        "torch.serialization" if name == "_get_layout" => Some(Global::Inert),
        "torch._tensor" if name == "_rebuild_from_type_v2" => Some(Global::FromType),
        "torch" => torch(name),
        "torch.storage" => match name {
            "UntypedStorage" | "TypedStorage" => Some(Global::Scalar(Scalar::Untyped)),
            _ => None,
        },
        // Only ever told as a type, never called.
        "torch.nn.parameter" => match name {
            "Parameter" | "Buffer" => Some(Global::Inner),
            _ => None,
        },
        "collections" => match name {
            // A defaultdict's argument is a function: its keys follow one by one.
            "OrderedDict" | "Counter" | "defaultdict" => Some(Global::Dict),
            _ => None,
        },
        "builtins" | "__builtin__" => match name {
            "list" | "tuple" | "set" | "frozenset" => Some(Global::List),
            "dict" => Some(Global::Dict),
            "int" | "float" | "bool" | "complex" | "str" | "bytes" | "bytearray" | "slice" => {
                Some(Global::Inert)
            }
            _ => None,
        },
        // How bytes are written where a pickle knows only text.
        "_codecs" if name == "encode" => Some(Global::Inert),
        "numpy" if matches!(name, "dtype" | "ndarray") => Some(Global::Inert),
        "numpy.core.multiarray" | "numpy._core.multiarray" => match name {
            "_reconstruct" => Some(Global::Unread(NUMPY)),
            "scalar" => Some(Global::Inert),
            _ => None,
        },
        "numpy.dtypes" if name.ends_with("DType") => Some(Global::Inert),
        _ => None,
    }
}

fn rebuilding(name: &str) -> Option<Global> {
    Some(match name {
        "_rebuild_tensor" | "_rebuild_tensor_v2" => Global::Rebuild(Rebuild::Typed),
        "_rebuild_tensor_v3" => Global::Rebuild(Rebuild::Untyped),
        "_rebuild_parameter" | "_rebuild_parameter_with_state" => Global::Inner,
        "_rebuild_sparse_tensor" | "_rebuild_sparse_csr_tensor" => Global::Unread(SPARSE),
        "_rebuild_qtensor" => Global::Unread(QUANTISED),
        "_rebuild_meta_tensor_no_storage" => Global::Unread(NO_VALUES),
        "_rebuild_device_tensor_from_numpy" | "_rebuild_device_tensor_from_cpu_tensor" => {
            Global::Unread("is a tensor of another device's kind: save x.cpu()")
        }
        "_rebuild_nested_tensor" => Global::Unread("is a nested tensor: save it padded"),
        _ => return None,
    })
}

/// Storage classes, dtypes and the few other names of `torch` itself.
fn torch(name: &str) -> Option<Global> {
    let scalar = match name {
        "DoubleStorage" | "float64" | "double" => Scalar::Read(Dtype::F64),
        "FloatStorage" | "float32" | "float" => Scalar::Read(Dtype::F32),
        "HalfStorage" | "float16" | "half" => Scalar::Read(Dtype::F16),
        "BFloat16Storage" | "bfloat16" => Scalar::Read(Dtype::BF16),
        "LongStorage" | "int64" | "long" => Scalar::Read(Dtype::I64),
        "IntStorage" | "int32" | "int" => Scalar::Read(Dtype::I32),
        "ShortStorage" | "int16" | "short" => Scalar::Read(Dtype::I16),
        "CharStorage" | "int8" => Scalar::Read(Dtype::I8),
        "ByteStorage" | "uint8" => Scalar::Read(Dtype::U8),
        "BoolStorage" | "bool" => Scalar::Read(Dtype::Bool),
        "uint16" => Scalar::Read(Dtype::U16),
        "uint32" => Scalar::Read(Dtype::U32),
        "uint64" => Scalar::Read(Dtype::U64),
        "ComplexFloatStorage" | "complex64" | "cfloat" => Scalar::Complex("complex64"),
        "ComplexDoubleStorage" | "complex128" | "cdouble" => Scalar::Complex("complex128"),
        "complex32" | "chalf" => Scalar::Complex("complex32"),
        "float8_e4m3fn" => Scalar::Other("float8_e4m3fn"),
        "float8_e5m2" => Scalar::Other("float8_e5m2"),
        "float8_e4m3fnuz" => Scalar::Other("float8_e4m3fnuz"),
        "float8_e5m2fnuz" => Scalar::Other("float8_e5m2fnuz"),
        "float8_e8m0fnu" => Scalar::Other("float8_e8m0fnu"),
        "float4_e2m1fn_x2" => Scalar::Other("float4_e2m1fn_x2"),
        "QUInt8Storage" | "quint8" => Scalar::Other("quint8"),
        "QInt8Storage" | "qint8" => Scalar::Other("qint8"),
        "QInt32Storage" | "qint32" => Scalar::Other("qint32"),
        "QUInt4x2Storage" | "quint4x2" => Scalar::Other("quint4x2"),
        "QUInt2x4Storage" | "quint2x4" => Scalar::Other("quint2x4"),
        "Size" => return Some(Global::Inner),
        "Tensor" | "device" | "strided" | "contiguous_format" | "preserve_format"
        | "channels_last" | "per_tensor_affine" | "per_channel_affine" | "sparse_coo"
        | "sparse_csr" => return Some(Global::Inert),
        _ => return None,
    };
    Some(Global::Scalar(scalar))
}

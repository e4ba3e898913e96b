"""The overloads of the functions of the torch namespace and of the methods of Tensor.

Facts about torch 2.13, as `signatures` writes them: lines of names, then, indented, the parameters of each overload
in torch's order, shared by all the names; eight spaces continue a line; `$options` are what every factory takes. Each
line is checked against torch by the calls it refuses.
"""

TABLE = """\
_lu_with_info
    Tensor input, bool pivot=True, bool check_errors=True
_unique2
    Tensor input, bool sorted=True, bool return_inverse=False, bool return_counts=False
abs absolute acos acosh angle arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh bitwise_not ceil
        conj_physical cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 fix floor frac i0 inverse isneginf
        isposinf lgamma log log10 log1p log2 logical_not msort neg negative rad2deg reciprocal rsqrt sgn sigmoid sign
        signbit sin sinc sinh sqrt square tan tanh trunc
    Tensor input, *, Tensor out=None
adaptive_avg_pool1d adaptive_max_pool1d
    Tensor input, ints[1] output_size
add sub
    ~Tensor input, Number alpha, Tensor other, *, Tensor out=None
    Tensor input, Tensor other, *, Number alpha=1, Tensor out=None
addbmm
    ~Number beta, Tensor input, Number alpha, Tensor batch1, Tensor batch2, *, Tensor out=None
    ~Number beta, Tensor input, Tensor batch1, Tensor batch2, *, Tensor out=None
    Tensor input, Tensor batch1, Tensor batch2, *, Number beta=1, Number alpha=1, Tensor out=None
addcdiv addcmul
    ~Tensor input, Number value, Tensor tensor1, Tensor tensor2, *, Tensor out=None
    Tensor input, Tensor tensor1, Tensor tensor2, *, Number value=1, Tensor out=None
addmm
    ~Number beta, Tensor input, Number alpha, Tensor mat1, Tensor mat2, *, Tensor out=None
    ~Number beta, Tensor input, Tensor mat1, Tensor mat2, *, Tensor out=None
    Tensor input, Tensor mat1, Tensor mat2, *, Number beta=1, Number alpha=1, Tensor out=None
    Tensor input, Tensor mat1, Tensor mat2, dtype out_dtype, *, Number beta=1, Number alpha=1, Tensor out=None
addmv
    ~Number beta, Tensor input, Number alpha, Tensor mat, Tensor vec, *, Tensor out=None
    ~Number beta, Tensor input, Tensor mat, Tensor vec, *, Tensor out=None
    Tensor input, Tensor mat, Tensor vec, *, Number beta=1, Number alpha=1, Tensor out=None
addr
    ~Number beta, Tensor input, Number alpha, Tensor vec1, Tensor vec2, *, Tensor out=None
    ~Number beta, Tensor input, Tensor vec1, Tensor vec2, *, Tensor out=None
    Tensor input, Tensor vec1, Tensor vec2, *, Number beta=1, Number alpha=1, Tensor out=None
adjoint argwhere conj corrcoef det detach fliplr flipud imag is_complex is_conj is_floating_point is_inference is_neg
        is_nonzero is_signed isfinite isinf isnan isreal logdet matrix_exp numel positive ravel real relu resolve_conj
        resolve_neg selu t trace view_as_complex view_as_real zero_
    Tensor input
affine_grid_generator
    Tensor theta, ints size, bool align_corners
alias_copy t_copy view_as_complex_copy view_as_real_copy
    Tensor input, *, Tensor out=None
all any
    Tensor input, *, Tensor out=None
    Tensor input, ints dim=None, bool keepdim=False, *, Tensor out=None
    Tensor input, int dim, bool keepdim=False, *, Tensor out=None
allclose isclose
    Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False
alpha_dropout dropout feature_alpha_dropout feature_dropout
    Tensor input, float p, bool train
amax amin
    Tensor input, ints[1] dim=None, bool keepdim=False, *, Tensor out=None
aminmax
    Tensor input, *, int dim=None, bool keepdim=False, Tensors[2] out=None
arange
    Number end, *, Tensor out=None, $options
    Number start, Number end, *, $options
    Number start, Number end, Number step=1, *, Tensor out=None, $options
arctan2 atan2 fmax fmin gcd hypot igamma igammac inner kron lcm ldexp logaddexp logaddexp2 logical_and logical_or
        logical_xor matmul maximum minimum mul nextafter vdot
    Tensor input, Tensor other, *, Tensor out=None
argmax argmin
    Tensor input, int dim=None, bool keepdim=False, *, Tensor out=None
argsort
    Tensor input, *, bool stable, int dim=-1, bool descending=False, Tensor out=None
    Tensor input, int dim=-1, bool descending=False
as_strided
    Tensor input, ints size, ints stride, int storage_offset=None
as_strided_copy
    Tensor input, ints size, ints stride, int storage_offset=None, *, Tensor out=None
as_strided_scatter
    Tensor input, Tensor src, ints size, ints stride, int storage_offset=None
as_tensor
    object data, *, dtype dtype=None, device device=None
asarray
    object obj, *, dtype dtype=None, device device=None, bool copy=None, bool requires_grad=False
atleast_1d atleast_2d atleast_3d
    Tensor input
    Tensors tensors
avg_pool1d
    Tensor input, ints[1] kernel_size, ints[1] stride=None, ints[1] padding=0, bool ceil_mode=False,
        bool count_include_pad=True
baddbmm
    ~Number beta, Tensor input, Number alpha, Tensor batch1, Tensor batch2, *, Tensor out=None
    ~Number beta, Tensor input, Tensor batch1, Tensor batch2, *, Tensor out=None
    Tensor input, Tensor batch1, Tensor batch2, *, Number beta=1, Number alpha=1, Tensor out=None
    Tensor input, Tensor batch1, Tensor batch2, dtype out_dtype, *, Number beta=1, Number alpha=1,
        Tensor out=None
bartlett_window blackman_window hann_window
    int window_length, *, $options
    int window_length, bool periodic, *, $options
batch_norm
    Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training,
        float momentum, float eps, bool cudnn_enabled
bernoulli
    Tensor input, *, Generator generator=None, Tensor out=None
    Tensor input, float p, *, Generator generator=None
bilinear
    Tensor input1, Tensor input2, Tensor weight, Tensor bias=None
binary_cross_entropy_with_logits
    Tensor input, Tensor target, Tensor weight=None, Tensor pos_weight=None, int reduction=at::Reduction::Mean
bincount
    Tensor input, Tensor weights=None, int minlength=0
binomial
    Tensor count, Tensor prob, Generator generator=None
bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor remainder
    Tensor input, Tensor other, *, Tensor out=None
    Number self, Tensor other
    Tensor input, Number other, *, Tensor out=None
block_diag broadcast_tensors cartesian_prod
    Tensors tensors
bmm mm
    Tensor input, Tensor mat2, *, Tensor out=None
    Tensor input, Tensor mat2, dtype out_dtype, *, Tensor out=None
broadcast_to
    Tensor input, ints size
bucketize
    Tensor input, Tensor boundaries, *, bool out_int32=False, bool right=False, Tensor out=None
    Number self, Tensor boundaries, *, bool out_int32=False, bool right=False
can_cast
    dtype from_, dtype to
cat concat concatenate stack
    Tensors tensors, int dim=0, *, Tensor out=None
cdist
    Tensor x1, Tensor x2, float p=2, int compute_mode=None
celu
    Tensor input, Number alpha=1.0
chain_matmul
    Tensors matrices, *, Tensor out=None
channel_shuffle
    Tensor input, int groups
cholesky cholesky_inverse
    Tensor input, bool upper=False, *, Tensor out=None
cholesky_solve
    Tensor input, Tensor input2, bool upper=False, *, Tensor out=None
chunk unsafe_chunk
    Tensor input, int chunks, int dim=0
clamp clip
    Tensor input, Tensor min=None, Tensor max=None, *, Tensor out=None
    Tensor input, Number min=None, Number max=None, *, Tensor out=None
clamp_max
    Tensor input, Tensor max, *, Tensor out=None
    Tensor input, Number max, *, Tensor out=None
clamp_min
    Tensor input, Tensor min, *, Tensor out=None
    Tensor input, Number min, *, Tensor out=None
clone
    Tensor input, *, memory_format memory_format=None
column_stack dstack hstack row_stack vstack
    Tensors tensors, *, Tensor out=None
combinations
    Tensor input, int r=2, bool with_replacement=False
complex
    Tensor real, Tensor imag, *, Tensor out=None
constant_pad_nd
    Tensor input, ints pad, Number value=0
conv1d
    Tensor input, Tensor weight, Tensor bias=None, ints[1] stride=1, ints[1] padding=0, ints[1] dilation=1,
        int groups=1
    Tensor input, Tensor weight, Tensor bias=None, ints[1] stride=1, str padding="valid", ints[1] dilation=1,
        int groups=1
conv2d
    Tensor input, Tensor weight, Tensor bias=None, ints[2] stride=1, ints[2] padding=0, ints[2] dilation=1,
        int groups=1
    Tensor input, Tensor weight, Tensor bias=None, ints[2] stride=1, str padding="valid", ints[2] dilation=1,
        int groups=1
conv3d
    Tensor input, Tensor weight, Tensor bias=None, ints[3] stride=1, ints[3] padding=0, ints[3] dilation=1,
        int groups=1
    Tensor input, Tensor weight, Tensor bias=None, ints[3] stride=1, str padding="valid", ints[3] dilation=1,
        int groups=1
conv_transpose1d
    Tensor input, Tensor weight, Tensor bias=None, ints[1] stride=1, ints[1] padding=0, ints[1] output_padding=0,
        int groups=1, ints[1] dilation=1
conv_transpose2d
    Tensor input, Tensor weight, Tensor bias=None, ints[2] stride=1, ints[2] padding=0, ints[2] output_padding=0,
        int groups=1, ints[2] dilation=1
conv_transpose3d
    Tensor input, Tensor weight, Tensor bias=None, ints[3] stride=1, ints[3] padding=0, ints[3] output_padding=0,
        int groups=1, ints[3] dilation=1
convolution
    Tensor input, Tensor weight, Tensor? bias, ints stride, ints padding, ints dilation, bool transposed,
        ints output_padding, int groups
copysign eq fmod ge greater greater_equal gt le less less_equal lt ne not_equal
    Tensor input, Tensor other, *, Tensor out=None
    Tensor input, Number other, *, Tensor out=None
cosine_embedding_loss margin_ranking_loss
    Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=at::Reduction::Mean
cosine_similarity
    Tensor x1, Tensor x2, int dim=1, float eps=1e-08
count_nonzero
    Tensor input, int dim=None
    Tensor input, ints dim
cov
    Tensor input, *, int correction=1, Tensor fweights=None, Tensor aweights=None
cross
    Tensor input, Tensor other, int dim=None, *, Tensor out=None
ctc_loss
    Tensor log_probs, Tensor targets, ints input_lengths, ints target_lengths, int blank=0,
        int reduction=at::Reduction::Mean, bool zero_infinity=False
    Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, int blank=0,
        int reduction=at::Reduction::Mean, bool zero_infinity=False
cummax cummin
    Tensor input, int dim, *, Tensors[2] out=None
cumprod cumsum
    Tensor input, int dim, *, dtype dtype=None, Tensor out=None
cumulative_trapezoid trapezoid
    Tensor y, Tensor x, *, int dim=-1
    Tensor y, *, Number dx=1, int dim=-1
device
    device device
    str type, int? index=-1
diag tril triu
    Tensor input, int diagonal=0, *, Tensor out=None
diag_embed
    Tensor input, int offset=0, int dim1=-2, int dim2=-1
diagflat
    Tensor input, int offset=0
diagonal
    Tensor input, int offset=0, int dim1=0, int dim2=1
diagonal_copy
    Tensor input, int offset=0, int dim1=0, int dim2=1, *, Tensor out=None
diagonal_scatter
    Tensor input, Tensor src, int offset=0, int dim1=0, int dim2=1
diff
    Tensor input, int n=1, int dim=-1, Tensor prepend=None, Tensor append=None, *, Tensor out=None
dist
    Tensor input, Tensor other, Number p=2
div
    Tensor input, Tensor other, *, Tensor out=None
    Tensor input, Tensor other, *, str? rounding_mode, Tensor out=None
    Tensor input, Number other, *, str? rounding_mode
divide
    Tensor input, Tensor other, *, Tensor out=None
    Tensor input, Tensor other, *, str? rounding_mode, Tensor out=None
    Tensor input, Number other
    Tensor input, Number other, *, str? rounding_mode
dot
    Tensor input, Tensor tensor, *, Tensor out=None
dsplit hsplit vsplit
    Tensor input, int sections
    Tensor input, ints indices
einsum
    str equation, Tensors tensors, *, ints path=None
embedding
    Tensor weight, Tensor indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False
embedding_bag
    Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq, int mode, bool sparse,
        Tensor? per_sample_weights, bool include_last_offset, int? padding_idx
    Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False,
        Tensor per_sample_weights=None, bool include_last_offset=False
embedding_renorm_
    Tensor input, Tensor indices, float max_norm, float norm_type
empty
    ints size, *, memory_format memory_format=None, Tensor out=None, $options
empty_like ones_like zeros_like
    Tensor input, *, memory_format memory_format=None, $options
empty_permuted
    ints size, ints physical_layout, *, $options
empty_strided Tensor.new_empty_strided
    ints size, ints stride, *, $options
equal is_same_size
    Tensor input, Tensor other
expand_copy
    Tensor input, ints size, *, bool implicit=False, Tensor out=None
eye
    int n, *, Tensor out=None, $options
    int n, int m, *, Tensor out=None, $options
fill
    Tensor input, Tensor value
    Tensor input, Number value
flatten
    Tensor input, int start_dim=0, int end_dim=-1
flip permute tile
    Tensor input, ints dims
float_power pow
    Tensor input, Tensor exponent, *, Tensor out=None
    Number self, Tensor exponent, *, Tensor out=None
    Tensor input, Number exponent, *, Tensor out=None
floor_divide multiply true_divide
    Tensor input, Tensor other, *, Tensor out=None
    Tensor input, Number other
frexp geqrf slogdet
    Tensor input, *, Tensors[2] out=None
frobenius_norm logsumexp
    Tensor input, ints[1] dim, bool keepdim=False, *, Tensor out=None
frombuffer
    object buffer, *, dtype dtype, int count=-1, int offset=0, bool requires_grad=False
full
    ints size, Number fill_value, *, Tensor out=None, $options
full_like
    Tensor input, Number fill_value, *, memory_format memory_format=None, $options
gather
    Tensor input, int dim, Tensor index, *, bool sparse_grad=False, Tensor out=None
Generator
    device device=None
ger outer
    Tensor input, Tensor vec2, *, Tensor out=None
gradient
    Tensor input, *, ints dim, int edge_order=1
    Tensor input, *, Number spacing, ints dim, int edge_order=1
    Tensor input, *, Number spacing=None, int dim=None, int edge_order=1
    Tensor input, *, Numbers spacing, int dim=None, int edge_order=1
    Tensor input, *, Numbers spacing, ints dim, int edge_order=1
    Tensor input, *, Tensors spacing, int dim=None, int edge_order=1
    Tensor input, *, Tensors spacing, ints dim, int edge_order=1
grid_sampler
    Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners
group_norm
    Tensor input, int num_groups, Tensor weight=None, Tensor bias=None, float eps=1e-05, bool cudnn_enabled=True
gru rnn_relu rnn_tanh
    Tensor data, Tensor batch_sizes, Tensor hx, Tensors params, bool has_biases, int num_layers, float dropout,
        bool train, bool bidirectional
    Tensor input, Tensor hx, Tensors params, bool has_biases, int num_layers, float dropout, bool train,
        bool bidirectional, bool batch_first
gru_cell rnn_relu_cell rnn_tanh_cell
    Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor b_ih=None, Tensor b_hh=None
hamming_window
    int window_length, *, $options
    int window_length, bool periodic, *, $options
    int window_length, bool periodic, float alpha, *, $options
    int window_length, bool periodic, float alpha, float beta, *, $options
hardshrink
    Tensor input, Number lambd=0.5, *, Tensor out=None
heaviside
    Tensor input, Tensor values, *, Tensor out=None
hinge_embedding_loss
    Tensor input, Tensor target, float margin=1.0, int reduction=at::Reduction::Mean
histc
    Tensor input, int bins=100, Number min=0, Number max=0, *, Tensor out=None
histogram
    Tensor input, Tensor bins, *, Tensor weight=None, bool density=False, Tensors[2] out=None
    Tensor input, int bins=100, *, floats range=None, Tensor weight=None, bool density=False, Tensors[2] out=None
histogramdd
    Tensor input, int bins, floats range=None, Tensor weight=None, bool density=False
    Tensor input, ints bins, floats range=None, Tensor weight=None, bool density=False
    Tensor input, Tensors bins, floats range=None, Tensor weight=None, bool density=False
index_add
    Tensor input, int dim, Tensor index, Tensor source, *, Number alpha=1, Tensor out=None
index_copy
    Tensor input, int dim, Tensor index, Tensor source, *, Tensor out=None
index_fill
    Tensor input, int dim, Tensor index, Tensor value
    Tensor input, int dim, Tensor index, Number value
index_put
    Tensor input, Tensors indices, Tensor values, bool accumulate=False
index_reduce
    Tensor input, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True, Tensor out=None
index_select
    Tensor input, int dim, Tensor index, *, Tensor out=None
instance_norm
    Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats,
        float momentum, float eps, bool cudnn_enabled
isin
    Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False, Tensor out=None
    Number element, Tensor test_elements, *, bool assume_unique=False, bool invert=False, Tensor out=None
    Tensor elements, Number test_element, *, bool assume_unique=False, bool invert=False, Tensor out=None
istft
    Tensor input, int n_fft, int hop_length=None, int win_length=None, Tensor window=None, bool center=True,
        bool normalized=False, bool onesided=None, int length=None, bool return_complex=False
kaiser_window
    int window_length, *, $options
    int window_length, bool periodic, *, $options
    int window_length, bool periodic, float beta, *, $options
kl_div
    Tensor input, Tensor target, int reduction=at::Reduction::Mean, *, bool log_target=False
kthvalue
    Tensor input, int k, int dim=-1, bool keepdim=False, *, Tensors[2] out=None
layer_norm
    Tensor input, ints normalized_shape, Tensor weight=None, Tensor bias=None, float eps=1e-05,
        bool cudnn_enable=True
lerp
    Tensor input, Tensor end, Tensor weight, *, Tensor out=None
    Tensor input, Tensor end, Number weight, *, Tensor out=None
linspace
    Tensor start, Tensor end, int steps, *, Tensor out=None, $options
    Number start, Tensor end, int steps, *, Tensor out=None, $options
    Tensor start, Number end, int steps, *, Tensor out=None, $options
    Number start, Number end, int steps, *, Tensor out=None, $options
log_softmax softmax
    Tensor input, int dim, dtype dtype=None, *, Tensor out=None
logcumsumexp
    Tensor input, int dim, *, Tensor out=None
logit
    Tensor input, float eps=None, *, Tensor out=None
logspace
    Tensor start, Tensor end, int steps, float base=10.0, *, Tensor out=None, $options
    Number start, Tensor end, int steps, float base=10.0, *, Tensor out=None, $options
    Tensor start, Number end, int steps, float base=10.0, *, Tensor out=None, $options
    Number start, Number end, int steps, float base=10.0, *, Tensor out=None, $options
lstm
    Tensor data, Tensor batch_sizes, Tensors hx, Tensors params, bool has_biases, int num_layers, float dropout,
        bool train, bool bidirectional
    Tensor input, Tensors hx, Tensors params, bool has_biases, int num_layers, float dropout, bool train,
        bool bidirectional, bool batch_first
lstm_cell
    Tensor input, Tensors hx, Tensor w_ih, Tensor w_hh, Tensor b_ih=None, Tensor b_hh=None
lu_solve
    Tensor input, Tensor LU_data, Tensor LU_pivots, *, Tensor out=None
lu_unpack
    Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True, *, Tensors[3] out=None
masked_fill
    Tensor input, Tensor mask, Tensor value
    Tensor input, Tensor mask, Number value
masked_scatter
    Tensor input, Tensor mask, Tensor source
masked_select
    Tensor input, Tensor mask, *, Tensor out=None
matrix_power
    Tensor input, int n, *, Tensor out=None
max min
    Tensor input, *, Tensor out=None
    Tensor input, Tensor other, *, Tensor out=None
    Tensor input, int dim, bool keepdim=False, *, Tensors[2] out=None
max_pool1d max_pool1d_with_indices
    Tensor input, ints[1] kernel_size, ints[1] stride=None, ints[1] padding=0, ints[1] dilation=1,
        bool ceil_mode=False
max_pool2d
    Tensor input, ints[2] kernel_size, ints[2] stride=None, ints[2] padding=0, ints[2] dilation=1,
        bool ceil_mode=False
max_pool3d
    Tensor input, ints[3] kernel_size, ints[3] stride=None, ints[3] padding=0, ints[3] dilation=1,
        bool ceil_mode=False
mean
    Tensor input, *, dtype dtype=None, Tensor out=None
    Tensor input, ints[1]? dim, bool keepdim=False, *, dtype dtype=None, Tensor out=None
median nanmedian
    Tensor input
    Tensor input, int dim, bool keepdim=False, *, Tensors[2] out=None
meshgrid
    Tensors tensors
    Tensors tensors, *, str indexing
mode
    Tensor input, int dim=-1, bool keepdim=False, *, Tensors[2] out=None
moveaxis movedim
    Tensor input, int source, int destination
    Tensor input, ints source, ints destination
multinomial
    Tensor input, int num_samples, bool replacement=False, *, Generator generator=None, Tensor out=None
mv
    Tensor input, Tensor vec, *, Tensor out=None
mvlgamma
    Tensor input, int p, *, Tensor out=None
nan_to_num
    Tensor input, float nan=None, float posinf=None, float neginf=None, *, Tensor out=None
nanmean nansum
    Tensor input, ints[1] dim=None, bool keepdim=False, *, dtype dtype=None, Tensor out=None
nanquantile quantile
    Tensor input, Tensor q, int dim=None, bool keepdim=False, *, str interpolation="linear", Tensor out=None
    Tensor input, float q, int dim=None, bool keepdim=False, *, str interpolation="linear", Tensor out=None
narrow
    Tensor input, int dim, Tensor start, int length
    Tensor input, int dim, int start, int length
narrow_copy
    Tensor input, int dim, int start, int length, *, Tensor out=None
native_layer_norm
    Tensor input, ints normalized_shape, Tensor? weight, Tensor? bias, float eps
new
    *, device device=None
    Storage storage
    ~*, int cdata
    Tensor other
    ~Tensor other, *, device device=None
    ints size, *, device device=None
    object data, *, device device=None
nonzero
    Tensor input, *, bool as_tuple=False, Tensor out=None
nonzero_static
    Tensor input, *, int size, int fill_value=-1, Tensor out=None
normal
    Tensor mean, Tensor std, *, Generator generator=None, Tensor out=None
    Tensor mean, float std=1, *, Generator generator=None, Tensor out=None
    float mean, Tensor std, *, Generator generator=None, Tensor out=None
    float mean, float std, ints size, *, Generator generator=None, Tensor out=None, $options
nuclear_norm
    Tensor input, ints[2] dim, bool keepdim=False, *, Tensor out=None
    Tensor input, bool keepdim=False, *, Tensor out=None
ones zeros
    ints size, *, Tensor out=None, $options
orgqr
    Tensor input, Tensor input2, *, Tensor out=None
ormqr
    Tensor input, Tensor input2, Tensor input3, bool left=True, bool transpose=False, *, Tensor out=None
pairwise_distance
    Tensor x1, Tensor x2, float p=2, float eps=1e-06, bool keepdim=False
pdist
    Tensor input, float p=2
permute_copy
    Tensor input, ints dims, *, Tensor out=None
pinverse
    Tensor input, float rcond=1e-15
pixel_shuffle
    Tensor input, int upscale_factor
pixel_unshuffle
    Tensor input, int downscale_factor
poisson
    Tensor input, Generator generator=None
poisson_nll_loss
    Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction
polar
    Tensor abs, Tensor angle, *, Tensor out=None
polygamma
    int n, Tensor input, *, Tensor out=None
prelu
    Tensor input, Tensor weight
prod
    Tensor input, *, dtype dtype=None
    Tensor input, int dim, bool keepdim=False, *, dtype dtype=None, Tensor out=None
promote_types
    dtype type1, dtype type2
put
    Tensor input, Tensor index, Tensor source, bool accumulate=False
qr
    Tensor input, bool some=True, *, Tensors[2] out=None
rand randn
    ints size, *, Generator? generator, Tensor out=None, $options
    ints size, *, Tensor out=None, $options
rand_like randn_like
    Tensor input, *, Generator? generator, memory_format memory_format=None, $options
    Tensor input, *, memory_format memory_format=None, $options
randint
    int high, ints size, *, Generator? generator, Tensor out=None, $options
    int high, ints size, *, Tensor out=None, $options
    int low, int high, ints size, *, Generator? generator, Tensor out=None, $options
    int low, int high, ints size, *, Tensor out=None, $options
randint_like
    Tensor input, int low, int high, *, Generator? generator, memory_format memory_format=None, $options
    Tensor input, int low, int high, *, memory_format memory_format=None, $options
    Tensor input, Tensor high, *, Generator? generator, memory_format memory_format=None, $options
    Tensor input, Tensor high, *, memory_format memory_format=None, $options
    Tensor input, int high, *, Generator? generator, memory_format memory_format=None, $options
    Tensor input, int high, *, memory_format memory_format=None, $options
randperm
    int n, *, Generator? generator, Tensor out=None, $options
    int n, *, Tensor out=None, $options
range
    Number start, Number end, Number step=1, *, Tensor out=None, dtype dtype=None, layout layout=torch.strided,
        device device=None, bool requires_grad=False
renorm
    Tensor input, Number p, int dim, Number maxnorm, *, Tensor out=None
repeat_interleave
    Tensor input, Tensor repeats, int dim=None, *, int output_size=None
    Tensor repeats, *, int output_size=None
    Tensor input, int repeats, int dim=None, *, int output_size=None
reshape
    Tensor input, ints shape
resize_as_
    Tensor input, Tensor the_template, *, memory_format memory_format=None
result_type
    Tensor tensor, Tensor other
    Number scalar, Tensor tensor
    Tensor tensor, Number other
    Number scalar1, Number scalar2
rms_norm
    Tensor input, ints normalized_shape, Tensor weight=None, float eps=None
roll
    Tensor input, ints[1] shifts, ints[1] dims=None
rot90
    Tensor input, int k=1, ints dims={0,1}
round
    Tensor input, *, Tensor out=None
    Tensor input, *, int decimals, Tensor out=None
rrelu
    Tensor input, Number lower=0.125, Number upper=0.3333333333333333, bool training=False,
        Generator generator=None
rsub
    Tensor input, Tensor other, *, Number alpha=1
    Tensor input, Number other, Number alpha=1
scalar_tensor
    Number s, *, $options
scatter
    Tensor input, int dim, Tensor index, Tensor src, *, Tensor out=None
    Tensor input, int dim, Tensor index, Tensor src, *, str reduce, Tensor out=None
    Tensor input, int dim, Tensor index, Number value, *, Tensor out=None
    Tensor input, int dim, Tensor index, Number value, *, str reduce, Tensor out=None
scatter_add
    Tensor input, int dim, Tensor index, Tensor src, *, Tensor out=None
scatter_reduce
    Tensor input, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True, Tensor out=None
searchsorted
    Tensor sorted_sequence, Tensor input, *, bool out_int32=False, bool right=False, str side=None,
        Tensor sorter=None, Tensor out=None
    Tensor sorted_sequence, Number self, *, bool out_int32=False, bool right=False, str side=None,
        Tensor sorter=None, Tensor out=None
select
    Tensor input, int dim, int index
select_copy
    Tensor input, int dim, int index, *, Tensor out=None
select_scatter
    Tensor input, Tensor src, int dim, int index
slice_copy
    Tensor input, int dim=0, int start=None, int end=None, int step=1, *, Tensor out=None
slice_scatter
    Tensor input, Tensor src, int dim=0, int start=None, int end=None, int step=1, *, Tensor out=None
sort
    Tensor input, *, bool? stable, int dim=-1, bool descending=False, Tensors[2] out=None
    Tensor input, int dim=-1, bool descending=False, *, Tensors[2] out=None
split
    Tensor input, int split_size, int dim=0
    Tensor input, ints split_size, int dim=0
sparse_coo_tensor
    object indices, object values, *, dtype dtype=None, device device=None, bool pin_memory=False,
        bool requires_grad=False, bool check_invariants=None, bool is_coalesced=None
    object indices, object values, ints size, *, dtype dtype=None, device device=None, bool pin_memory=False,
        bool requires_grad=False, bool check_invariants=None, bool is_coalesced=None
    ints size, *, dtype dtype=None, device device=None, bool requires_grad=False, bool check_invariants=None
sparse_csr_tensor
    object crow_indices, object col_indices, object values, ints size, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
    object crow_indices, object col_indices, object values, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
sparse_csc_tensor
    object ccol_indices, object row_indices, object values, ints size, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
    object ccol_indices, object row_indices, object values, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
sparse_bsr_tensor
    object crow_indices, object col_indices, object values, ints size, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
    object crow_indices, object col_indices, object values, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
sparse_bsc_tensor
    object ccol_indices, object row_indices, object values, ints size, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
    object ccol_indices, object row_indices, object values, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
sparse_compressed_tensor
    object compressed_indices, object plain_indices, object values, ints size, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
    object compressed_indices, object plain_indices, object values, *, dtype dtype=None, layout layout=None,
        device device=None, bool pin_memory=False, bool requires_grad=False, bool check_invariants=None
Tensor.coalesce
    ()
Tensor.sparse_mask
    Tensor mask
Tensor.sparse_resize_ Tensor.sparse_resize_and_clear_
    ints size, int sparse_dim, int dense_dim
Tensor.to_dense
    dtype dtype=None, *, bool masked_grad=None
split_copy
    Tensor input, int split_size, int dim=0, *, Tensors out=None
split_with_sizes unsafe_split_with_sizes
    Tensor input, ints split_sizes, int dim=0
split_with_sizes_copy
    Tensor input, ints split_sizes, int dim=0, *, Tensors out=None
squeeze
    Tensor input
    Tensor input, int dim
    Tensor input, ints dim
squeeze_copy
    Tensor input, *, Tensor out=None
    Tensor input, int dim, *, Tensor out=None
    Tensor input, ints dim, *, Tensor out=None
std var
    Tensor input, ints[1]? dim, bool unbiased=True, bool keepdim=False, *, Tensor out=None
    Tensor input, ints[1] dim=None, *, Number correction=None, bool keepdim=False, Tensor out=None
    Tensor input, bool unbiased=True
std_mean var_mean
    Tensor input, ints[1]? dim, bool unbiased=True, bool keepdim=False
    Tensor input, ints[1] dim=None, *, Number correction=None, bool keepdim=False
    Tensor input, bool unbiased=True
stft
    Tensor input, int n_fft, int hop_length=None, int win_length=None, Tensor window=None, bool center=True,
        str pad_mode="reflect", bool normalized=False, bool onesided=None, bool return_complex=None,
        bool align_to_window=None
    Tensor input, int n_fft, int hop_length=None, int win_length=None, Tensor window=None, bool normalized=False,
        bool onesided=None, bool return_complex=None, bool align_to_window=None
subtract
    Tensor input, Tensor other, *, Number alpha=1, Tensor out=None
    Tensor input, Number other, Number alpha=1
sum
    Tensor input, *, dtype dtype=None
    Tensor input, ints[1]? dim, bool keepdim=False, *, dtype dtype=None, Tensor out=None
svd
    Tensor input, bool some=True, bool compute_uv=True, *, Tensors[3] out=None
swapaxes
    Tensor input, int axis0, int axis1
swapdims transpose
    Tensor input, int dim0, int dim1
take
    Tensor input, Tensor index, *, Tensor out=None
take_along_dim
    Tensor input, Tensor indices, int dim=None, *, Tensor out=None
tensor
    object data, *, dtype dtype=None, device device=None, bool pin_memory=False, bool requires_grad=False
tensor_split
    Tensor input, ints indices, int dim=0
    Tensor input, Tensor tensor_indices_or_sections, int dim=0
    Tensor input, int sections, int dim=0
tensordot
    Tensor input, Tensor other, ints dims_self, ints dims_other, *, Tensor out=None
threshold
    Tensor input, Number threshold, Number value, *, Tensor out=None
topk
    Tensor input, int k, int dim=-1, bool largest=True, bool sorted=True, *, Tensors[2] out=None
transpose_copy
    Tensor input, int dim0, int dim1, *, Tensor out=None
trapz
    Tensor y, *, float dx=1, int dim=-1
    Tensor y, Tensor x, *, int dim=-1
triangular_solve
    Tensor input, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False, *,
        Tensors[2] out=None
tril_indices triu_indices
    int row, int col, int offset=0, *, $options
triplet_margin_loss
    Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2, float eps=1e-06,
        bool swap=False, int reduction=at::Reduction::Mean
unbind
    Tensor input, int dim=0
unbind_copy
    Tensor input, int dim=0, *, Tensors out=None
unflatten
    Tensor input, int dim, ints sizes
unfold_copy
    Tensor input, int dimension, int size, int step, *, Tensor out=None
unique_consecutive
    Tensor input, bool return_inverse=False, bool return_counts=False, int dim=None
unique_dim
    Tensor input, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False
unsafe_split
    Tensor input, int split_size, int dim=0
unsqueeze
    Tensor input, int dim
unsqueeze_copy
    Tensor input, int dim, *, Tensor out=None
vander
    Tensor x, int N=None, bool increasing=False
view_copy
    Tensor input, dtype dtype, *, Tensor out=None
    Tensor input, ints size, *, Tensor out=None
where
    Tensor condition
    Tensor condition, Tensor input, Tensor other, *, Tensor out=None
    Tensor condition, Number self, Tensor other
    Tensor condition, Tensor input, Number other
    Tensor condition, Number self, Number other
xlogy
    Tensor input, Tensor other, *, Tensor out=None
    Number self, Tensor other, *, Tensor out=None
    Tensor input, Number other, *, Tensor out=None
xlogy_
    Tensor input, Tensor other
    Tensor input, Number other
Tensor.addmm
    ~Number beta, Number alpha, Tensor mat1, Tensor mat2
    ~Number beta, Tensor mat1, Tensor mat2
    Tensor mat1, Tensor mat2, *, Number beta=1, Number alpha=1
Tensor.baddbmm
    ~Number beta, Number alpha, Tensor batch1, Tensor batch2
    ~Number beta, Tensor batch1, Tensor batch2
    Tensor batch1, Tensor batch2, *, Number beta=1, Number alpha=1
Tensor.bernoulli_
    Tensor p, *, Generator generator=None
    float p=0.5, *, Generator generator=None
Tensor.bfloat16 Tensor.bool Tensor.byte Tensor.cdouble Tensor.cfloat Tensor.char Tensor.cpu Tensor.double Tensor.float
        Tensor.half Tensor.int Tensor.long Tensor.short
    *, memory_format memory_format=None
Tensor.bmm Tensor.mm
    Tensor mat2
Tensor.cauchy_
    float median=0, float sigma=1, *, Generator generator=None
Tensor.contiguous Tensor.is_contiguous
    *, memory_format memory_format=torch.contiguous_format
Tensor.copy_
    ~Tensor other, bool async=False
    Tensor other, bool non_blocking=False
Tensor.data_ptr Tensor.dim Tensor.element_size Tensor.item Tensor.ndimension Tensor.nelement Tensor.storage_offset
        Tensor.tolist
    ()
Tensor.expand
    ints size, *, bool implicit=False
Tensor.expand_as Tensor.reshape_as Tensor.type_as Tensor.view_as
    Tensor other
Tensor.exponential_
    float lambd=1, *, Generator generator=None
Tensor.fill_diagonal_
    Number fill_value, bool wrap=False
Tensor.geometric_
    float p, *, Generator generator=None
Tensor.indices Tensor.values
    ()
Tensor.log_normal_
    float mean=1, float std=2, *, Generator generator=None
Tensor.map_
    Tensor other, object callable
Tensor.new_empty Tensor.new_ones Tensor.new_zeros
    ints size, *, $options
Tensor.new_full
    ints size, Number fill_value, *, $options
Tensor.new_tensor
    object data, *, dtype dtype=None, device device=None, bool requires_grad=False
Tensor.nonzero
    ()
    *, bool as_tuple
Tensor.normal_
    float mean=0, float std=1, *, Generator generator=None
Tensor.numpy
    *, bool force=False
Tensor.random_
    *, Generator generator=None
    int from, int? to, *, Generator generator=None
    int to, *, Generator generator=None
Tensor.repeat
    ints repeats
Tensor.requires_grad_
    bool requires_grad=True
Tensor.resize_
    ints size, *, memory_format memory_format=None
Tensor.size Tensor.stride
    int dim=None
Tensor.sum_to_size
    ints size
Tensor.to
    device device=None, dtype dtype=None, bool non_blocking=False, bool copy=False, *,
        memory_format memory_format=None
    dtype dtype, bool non_blocking=False, bool copy=False, *, memory_format memory_format=None
    Tensor tensor, bool non_blocking=False, bool copy=False, *, memory_format memory_format=None
Tensor.type
    ~object dtype=None, bool async=False
    object dtype=None, bool non_blocking=False, *, memory_format memory_format=None
Tensor.unfold
    int dimension, int size, int step
Tensor.uniform_
    float from=0, float to=1, *, Generator generator=None
Tensor.view
    dtype dtype
    ints size
"""

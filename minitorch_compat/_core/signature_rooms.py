"""The overloads of the functions behind `torch.nn.functional`, `linalg`, `special`, `fft` and `sparse`.

Facts about torch 2.13, as `signatures` writes them: lines of names, then, indented, the parameters of each overload
in torch's order, shared by all the names; eight spaces continue a line; `$options` are what every factory takes. Each
line is checked against torch by the calls it refuses.
"""

ROOMS = """\
_sparse_addmm
    Tensor input, Tensor mat1, Tensor mat2, *, Number beta=1, Number alpha=1
_sparse_log_softmax _sparse_softmax
    Tensor input, int dim, dtype dtype=None
    Tensor input, int dim, bool half_to_float
_spdiags
    Tensor diagonals, Tensor offsets, ints shape, layout? layout=None
_sparse_mm
    Tensor sparse, Tensor dense
    Tensor sparse, Tensor dense, str reduce
adaptive_avg_pool2d
    Tensor input, ints[2] output_size, *, Tensor out=None
adaptive_avg_pool3d
    Tensor input, ints[3] output_size, *, Tensor out=None
adaptive_max_pool2d
    Tensor input, ints[2] output_size, *, Tensors[2] out=None
adaptive_max_pool3d
    Tensor input, ints[3] output_size, *, Tensors[2] out=None
avg_pool2d
    Tensor input, ints[2] kernel_size, ints[2] stride=None, ints[2] padding=0, bool ceil_mode=False,
        bool count_include_pad=True, int divisor_override=None, *, Tensor out=None
avg_pool3d
    Tensor input, ints[3] kernel_size, ints[3] stride=None, ints[3] padding=0, bool ceil_mode=False,
        bool count_include_pad=True, int divisor_override=None, *, Tensor out=None
binary_cross_entropy
    Tensor input, Tensor target, Tensor weight=None, int reduction=at::Reduction::Mean, *, Tensor out=None
col2im
    Tensor input, ints[2] output_size, ints[2] kernel_size, ints[2] dilation, ints[2] padding, ints[2] stride, *,
        Tensor out=None
conv_depthwise3d
    Tensor input, Tensor weight, ints[3] kernel_size, Tensor? bias, ints[3] stride, ints[3] padding,
        ints[3] dilation
cross_entropy_loss
    Tensor input, Tensor target, Tensor weight=None, int reduction=at::Reduction::Mean, int ignore_index=-100,
        float label_smoothing=0.0
elu
    Tensor input, Number alpha=1, Number scale=1, Number input_scale=1, *, Tensor out=None
elu_
    Tensor input, Number alpha=1, Number scale=1, Number input_scale=1
fft_fft fft_hfft fft_ifft fft_ihfft fft_irfft fft_rfft
    Tensor input, int n=None, int dim=-1, str norm=None, *, Tensor out=None
fft_fft2 fft_hfft2 fft_ifft2 fft_ihfft2 fft_irfft2 fft_rfft2
    Tensor input, ints[1] s=None, ints[1] dim={-2,-1}, str norm=None, *, Tensor out=None
fft_fftfreq fft_rfftfreq
    int n, float d=1.0, *, Tensor out=None, $options
fft_fftn fft_hfftn fft_ifftn fft_ihfftn fft_irfftn fft_rfftn
    Tensor input, ints[1] s=None, ints[1] dim=None, str norm=None, *, Tensor out=None
fft_fftshift fft_ifftshift
    Tensor input, ints[1] dim=None
flatten_dense_tensors
    Tensors tensors
fractional_max_pool2d
    Tensor input, ints[2] kernel_size, ints[2] output_size, Tensor random_samples, *, Tensors[2] out=None
fractional_max_pool3d
    Tensor input, ints[3] kernel_size, ints[3] output_size, Tensor random_samples, *, Tensors[2] out=None
gelu
    Tensor input, *, str approximate="none", Tensor out=None
gelu_
    Tensor input, *, str approximate="none"
glu
    Tensor input, int dim=-1, *, Tensor out=None
hardsigmoid hardswish linalg_eigvals log_sigmoid mish silu special_bessel_j0 special_bessel_j1 special_bessel_y0
        special_bessel_y1 special_digamma special_entr special_erf special_erfc special_erfcx special_erfinv
        special_exp2 special_expit special_expm1 special_gammaln special_i0 special_i0e special_i1 special_i1e
        special_log1p special_log_ndtr special_modified_bessel_i0 special_modified_bessel_i1 special_modified_bessel_k0
        special_modified_bessel_k1 special_ndtr special_ndtri special_psi special_sinc
    Tensor input, *, Tensor out=None
hardsigmoid_ hardswish_ linalg_matrix_exp mish_ relu6 relu6_ silu_
    Tensor input
hardtanh
    Tensor input, Number min_val=-1, Number max_val=1, *, Tensor out=None
hardtanh_
    Tensor input, Number min_val=-1, Number max_val=1
huber_loss
    Tensor input, Tensor target, int reduction=at::Reduction::Mean, float delta=1.0, *, Tensor out=None
im2col
    Tensor input, ints[2] kernel_size, ints[2] dilation, ints[2] padding, ints[2] stride, *, Tensor out=None
l1_loss
    Tensor input, Tensor target, int reduction=at::Reduction::Mean
leaky_relu
    Tensor input, Number negative_slope=0.01, *, Tensor out=None
leaky_relu_
    Tensor input, Number negative_slope=0.01
linalg_cholesky
    Tensor input, *, bool upper=False, Tensor out=None
linalg_cholesky_ex
    Tensor input, *, bool upper=False, bool check_errors=False, Tensors[2] out=None
linalg_cond
    Tensor input, Number p=None, *, Tensor out=None
    Tensor input, str p, *, Tensor out=None
linalg_cross
    Tensor input, Tensor other, *, int dim=-1, Tensor out=None
linalg_det linalg_inv
    Tensor A, *, Tensor out=None
linalg_diagonal
    Tensor A, *, int offset=0, int dim1=-2, int dim2=-1
linalg_eig
    Tensor input, *, Tensors[2] out=None
linalg_eigh
    Tensor input, str UPLO="L", *, Tensors[2] out=None
linalg_eigvalsh
    Tensor input, str UPLO="L", *, Tensor out=None
linalg_householder_product
    Tensor input, Tensor tau, *, Tensor out=None
linalg_inv_ex
    Tensor A, *, bool check_errors=False, Tensors[2] out=None
linalg_ldl_factor
    Tensor input, *, bool hermitian=False, Tensors[2] out=None
linalg_ldl_factor_ex
    Tensor input, *, bool hermitian=False, bool check_errors=False, Tensors[3] out=None
linalg_ldl_solve
    Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False, Tensor out=None
linalg_lstsq
    Tensor input, Tensor b, float rcond=None, *, str driver=None, Tensors[4] out=None
linalg_lu
    Tensor A, *, bool pivot=True, Tensors[3] out=None
linalg_lu_factor
    Tensor A, *, bool pivot=True, Tensors[2] out=None
linalg_lu_factor_ex
    Tensor A, *, bool pivot=True, bool check_errors=False, Tensors[3] out=None
linalg_lu_solve
    Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False, Tensor out=None
linalg_matmul special_gammainc special_gammaincc
    Tensor input, Tensor other, *, Tensor out=None
linalg_matrix_norm
    Tensor input, Number ord, ints dim={-2,-1}, bool keepdim=False, *, dtype dtype=None, Tensor out=None
    Tensor input, str ord="fro", ints dim={-2,-1}, bool keepdim=False, *, dtype dtype=None, Tensor out=None
linalg_matrix_power
    Tensor input, int n, *, Tensor out=None
linalg_matrix_rank
    Tensor input, *, Tensor atol=None, Tensor rtol=None, bool hermitian=False, Tensor out=None
    Tensor input, *, float atol=None, float rtol=None, bool hermitian=False, Tensor out=None
    Tensor input, Tensor tol, bool hermitian=False, *, Tensor out=None
    Tensor input, float tol, bool hermitian=False, *, Tensor out=None
linalg_multi_dot
    Tensors tensors, *, Tensor out=None
linalg_norm
    Tensor input, Number ord=None, ints[1] dim=None, bool keepdim=False, *, dtype dtype=None, Tensor out=None
    Tensor input, str ord, ints[1] dim=None, bool keepdim=False, *, dtype dtype=None, Tensor out=None
linalg_pinv
    Tensor input, *, Tensor atol=None, Tensor rtol=None, bool hermitian=False, Tensor out=None
    Tensor input, *, float atol=None, float rtol=None, bool hermitian=False, Tensor out=None
    Tensor input, Tensor rcond, bool hermitian=False, *, Tensor out=None
    Tensor input, float rcond, bool hermitian=False, *, Tensor out=None
linalg_qr
    Tensor A, str mode="reduced", *, Tensors[2] out=None
linalg_slogdet
    Tensor A, *, Tensors[2] out=None
linalg_solve
    Tensor A, Tensor B, *, bool left=True, Tensor out=None
linalg_solve_ex
    Tensor A, Tensor B, *, bool left=True, bool check_errors=False, Tensors[2] out=None
linalg_solve_triangular
    Tensor input, Tensor B, *, bool upper, bool left=True, bool unitriangular=False, Tensor out=None
linalg_svd
    Tensor A, bool full_matrices=True, *, str driver=None, Tensors[3] out=None
linalg_svdvals
    Tensor A, *, str driver=None, Tensor out=None
linalg_tensorinv
    Tensor input, int ind=2, *, Tensor out=None
linalg_tensorsolve
    Tensor input, Tensor other, ints dims=None, *, Tensor out=None
linalg_vander
    Tensor x, *, int N=None
linalg_vecdot
    Tensor x, Tensor y, *, int dim=-1, Tensor out=None
linalg_vector_norm
    Tensor input, Number ord=2, ints[1] dim=None, bool keepdim=False, *, dtype dtype=None, Tensor out=None
linear
    Tensor input, Tensor weight, Tensor bias=None, *, Tensor out=None
max_pool2d_with_indices
    Tensor input, ints[2] kernel_size, ints[2] stride=None, ints[2] padding=0, ints[2] dilation=1,
        bool ceil_mode=False, *, Tensors[2] out=None
max_pool3d_with_indices
    Tensor input, ints[3] kernel_size, ints[3] stride=None, ints[3] padding=0, ints[3] dilation=1,
        bool ceil_mode=False, *, Tensors[2] out=None
max_unpool2d
    Tensor input, Tensor indices, ints[2] output_size, *, Tensor out=None
max_unpool3d
    Tensor input, Tensor indices, ints[3] output_size, ints[3] stride, ints[3] padding, *, Tensor out=None
mse_loss multilabel_margin_loss soft_margin_loss
    Tensor input, Tensor target, int reduction=at::Reduction::Mean, *, Tensor out=None
multi_margin_loss
    Tensor input, Tensor target, Number p=1, Number margin=1, Tensor weight=None,
        int reduction=at::Reduction::Mean, *, Tensor out=None
nll_loss nll_loss2d
    Tensor input, Tensor target, Tensor weight=None, int reduction=at::Reduction::Mean, int ignore_index=-100, *,
        Tensor out=None
nll_loss_nd
    Tensor input, Tensor target, Tensor weight=None, int reduction=at::Reduction::Mean, int ignore_index=-100
one_hot
    Tensor input, int num_classes=-1
pad
    Tensor input, ints pad, str mode="constant", float value=None
pad_sequence
    Tensors sequences, bool batch_first=False, float padding_value=0.0, str padding_side="right"
reflection_pad1d replication_pad1d
    Tensor input, ints[2] padding, *, Tensor out=None
reflection_pad2d replication_pad2d
    Tensor input, ints[4] padding, *, Tensor out=None
reflection_pad3d replication_pad3d
    Tensor input, ints[6] padding, *, Tensor out=None
rrelu_with_noise
    Tensor input, Tensor noise, Number lower=0.125, Number upper=0.3333333333333333, bool training=False,
        Generator generator=None, *, Tensor out=None
rrelu_with_noise_
    Tensor input, Tensor noise, Number lower=0.125, Number upper=0.3333333333333333, bool training=False,
        Generator generator=None
scaled_dot_product_attention
    Tensor query, Tensor key, Tensor value, Tensor attn_mask=None, float dropout_p=0.0, bool is_causal=False, *,
        float scale=None, bool enable_gqa=False
slow_conv3d
    Tensor input, Tensor weight, ints[3] kernel_size, Tensor bias=None, ints[3] stride=1, ints[3] padding=0, *,
        Tensor out=None
slow_conv_dilated2d
    Tensor input, Tensor weight, ints[2] kernel_size, Tensor bias=None, ints[2] stride=1, ints[2] padding=0,
        ints[2] dilation=1
slow_conv_dilated3d
    Tensor input, Tensor weight, ints[3] kernel_size, Tensor bias=None, ints[3] stride=1, ints[3] padding=0,
        ints[3] dilation=1
slow_conv_transpose2d
    Tensor input, Tensor weight, ints[2] kernel_size, Tensor bias=None, ints[2] stride=1, ints[2] padding=0,
        ints[2] output_padding=0, ints[2] dilation=1, *, Tensor out=None
slow_conv_transpose3d
    Tensor input, Tensor weight, ints[3] kernel_size, Tensor bias=None, ints[3] stride=1, ints[3] padding=0,
        ints[3] output_padding=0, ints[3] dilation=1, *, Tensor out=None
smooth_l1_loss
    Tensor input, Tensor target, int reduction=at::Reduction::Mean, float beta=1.0, *, Tensor out=None
softplus
    Tensor input, Number beta=1, Number threshold=20, *, Tensor out=None
softshrink
    Tensor input, Number lambd=0.5, *, Tensor out=None
special_airy_ai special_scaled_modified_bessel_k0 special_scaled_modified_bessel_k1 special_spherical_bessel_j0
    Tensor x, *, Tensor out=None
special_chebyshev_polynomial_t special_chebyshev_polynomial_u special_chebyshev_polynomial_v
        special_chebyshev_polynomial_w special_hermite_polynomial_h special_hermite_polynomial_he
        special_laguerre_polynomial_l special_legendre_polynomial_p special_shifted_chebyshev_polynomial_t
        special_shifted_chebyshev_polynomial_u special_shifted_chebyshev_polynomial_v
        special_shifted_chebyshev_polynomial_w
    Tensor x, Tensor n, *, Tensor out=None
    Number x, Tensor n, *, Tensor out=None
    Tensor x, Number n, *, Tensor out=None
special_log_softmax
    Tensor input, int dim, *, dtype dtype=None
special_logit
    Tensor input, float eps=None, *, Tensor out=None
special_logsumexp
    Tensor input, ints[1] dim, bool keepdim=False, *, Tensor out=None
special_multigammaln
    Tensor input, int p, *, Tensor out=None
special_polygamma
    int n, Tensor input, *, Tensor out=None
special_round
    Tensor input, *, int decimals=0, Tensor out=None
special_softmax
    Tensor input, int dim, dtype dtype=None
special_xlog1py special_xlogy special_zeta
    Tensor input, Tensor other, *, Tensor out=None
    Number self, Tensor other, *, Tensor out=None
    Tensor input, Number other, *, Tensor out=None
thnn_conv2d
    Tensor input, Tensor weight, ints[2] kernel_size, Tensor bias=None, ints[2] stride=1, ints[2] padding=0, *,
        Tensor out=None
unflatten_dense_tensors
    Tensor flat, Tensors tensors
upsample_bicubic2d upsample_bilinear2d
    Tensor input, ints? output_size, bool align_corners, floats? scale_factors
    Tensor input, ints[2] output_size, bool align_corners, float scales_h=None, float scales_w=None, *,
        Tensor out=None
upsample_linear1d
    Tensor input, ints? output_size, bool align_corners, floats? scale_factors
    Tensor input, ints[1] output_size, bool align_corners, float scales=None, *, Tensor out=None
upsample_nearest1d
    Tensor input, ints? output_size, floats? scale_factors
    Tensor input, ints[1] output_size, float scales=None, *, Tensor out=None
upsample_nearest2d
    Tensor input, ints? output_size, floats? scale_factors
    Tensor input, ints[2] output_size, float scales_h=None, float scales_w=None, *, Tensor out=None
upsample_nearest3d
    Tensor input, ints? output_size, floats? scale_factors
    Tensor input, ints[3] output_size, float scales_d=None, float scales_h=None, float scales_w=None, *,
        Tensor out=None
upsample_trilinear3d
    Tensor input, ints? output_size, bool align_corners, floats? scale_factors
    Tensor input, ints[3] output_size, bool align_corners, float scales_d=None, float scales_h=None,
        float scales_w=None, *, Tensor out=None
"""

"""The tables: importing a room declares its operations."""

from . import (  # noqa: F401
    activation,
    arithmetic,
    comparison,
    conversion,
    creation,
    gathering,
    indexing,
    joining,
    linear,
    loss,
    matmul,
    memory,
    properties,
    random,
    ranges,
    reductions,
    shape,
    transcendental,
)
from .entry import later

later(
    "special",
    "digamma erf erf_ erfc erfc_ erfinv frexp i0 i0_ igamma igammac lgamma logit logit_ mvlgamma polygamma",
    """digamma digamma_ erf erf_ erfc erfc_ erfinv erfinv_ frexp i0 i0_ igamma igamma_ igammac igammac_ lgamma lgamma_
    logit logit_ mvlgamma mvlgamma_ polygamma polygamma_""",
)
later(
    "sorting",
    """argsort bucketize isin kthvalue median mode msort nanmedian searchsorted sort topk unique
    unique_consecutive""",
    "argsort kthvalue median mode msort nanmedian sort topk unique unique_consecutive",
)
later(
    "statistics",
    """bincount cdist corrcoef cov cross cumulative_trapezoid diff dist gradient histc histogram histogramdd
    nanquantile quantile renorm trapezoid trapz unravel_index vander""",
    "bincount corrcoef cov cross diff dist histc histogram nanquantile quantile renorm renorm_",
)
later(
    "copies",
    """alias_copy as_strided_copy as_strided_scatter diagonal_copy diagonal_scatter expand_copy narrow_copy
    permute_copy select_copy select_scatter slice_copy slice_scatter split_copy split_with_sizes_copy squeeze_copy
    t_copy transpose_copy unbind_copy unfold_copy unsqueeze_copy view_as_complex_copy view_as_real_copy view_copy""",
    "as_strided_scatter diagonal_scatter narrow_copy select_scatter slice_scatter",
)
later("stft", "istft stft", "istft stft")
later("lowrank", "pca_lowrank svd_lowrank", "")
later("segments", "_segment_reduce segment_reduce", "")
later("hashes", "hash_tensor", "hash_tensor")
later("pieces", "_chunk_cat", "")
later("windows", "bartlett_window blackman_window hamming_window hann_window kaiser_window", "")
later("gammas", "_dirichlet_grad _sample_dirichlet _standard_gamma", "")
later("nonlinear", "celu celu_ hardshrink prelu rrelu rrelu_ selu selu_ threshold threshold_", "hardshrink prelu")
later(
    "dropout",
    """alpha_dropout alpha_dropout_ dropout dropout_ feature_alpha_dropout feature_alpha_dropout_ feature_dropout
    feature_dropout_ native_dropout""",
    "",
)
later(
    "criteria",
    """binary_cross_entropy_with_logits cosine_embedding_loss cosine_similarity hinge_embedding_loss kl_div
    margin_ranking_loss pairwise_distance poisson_nll_loss triplet_margin_loss""",
    "",
)
later(
    "linear_algebra",
    "det geqrf inverse logdet matrix_exp matrix_power orgqr pinverse qr slogdet svd",
    "det geqrf inverse logdet matrix_exp matrix_power orgqr pinverse qr slogdet svd",
)
later(
    "factorisations",
    """cholesky cholesky_inverse cholesky_solve eig lstsq lu lu_solve lu_unpack matrix_rank ormqr solve symeig
    triangular_solve""",
    "cholesky cholesky_inverse cholesky_solve eig lstsq lu lu_solve ormqr solve symeig triangular_solve",
)
later("embedding", "embedding embedding_bag embedding_renorm_", "")
later("ctc", "ctc_loss", "")
later("bilinear", "bilinear pdist", "")
later(
    "convolution", "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d convolution", ""
)
later("padding", "constant_pad_nd", "")
later(
    "pooling",
    "adaptive_avg_pool1d adaptive_max_pool1d avg_pool1d max_pool1d max_pool1d_with_indices max_pool2d max_pool3d",
    "",
)
later(
    "normalization",
    "batch_norm group_norm instance_norm layer_norm native_batch_norm native_group_norm native_layer_norm rms_norm",
    "",
)
later(
    "vision",
    """affine_grid_generator channel_shuffle grid_sampler grid_sampler_2d grid_sampler_3d native_channel_shuffle
    pixel_shuffle pixel_unshuffle""",
    "",
)
later(
    "recurrent",
    """_pack_padded_sequence _pad_packed_sequence gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh
    rnn_tanh_cell""",
    "",
)
later("weight_norm", "_weight_norm norm_except_dim", "")

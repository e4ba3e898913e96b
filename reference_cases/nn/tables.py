"""Tables of vectors: embeddings, bags, one-hot vectors, and forms of two vectors."""
from minitorch_compat.parity import chapter

case = chapter("nn.tables")


@case()
def an_embedding(torch, see):
    """An Embedding starts from normal numbers, looks up rows, and adds up the gradients of rows looked up twice."""
    torch.manual_seed(2)
    table = torch.nn.Embedding(5, 3, padding_idx=-1)
    print(table)
    see("weight", table.weight)
    see.stream()
    y = table(torch.tensor([[1, 1], [4, 0]]))
    see("y", y)
    see.graph("graph", y)
    y.sum().backward()
    see("weight.grad", table.weight.grad)


@case()
def rows_that_are_shrunk(torch, see):
    """max_norm shrinks the rows that are looked up, in place."""
    weight = torch.tensor([[3.0, 4.0], [0.25, 0.0], [6.0, 8.0]])
    see("y", torch.nn.functional.embedding(torch.tensor([0, 1]), weight, max_norm=1.0))
    see("weight", weight)
    see.versions("versions", weight)


@case()
def gradients_by_frequency(torch, see):
    """scale_grad_by_freq divides the gradient of a row by how often it was looked up."""
    weight = torch.ones(4, 2, requires_grad=True)
    torch.nn.functional.embedding(torch.tensor([1, 2, 2, 2]), weight, scale_grad_by_freq=True).sum().backward()
    see("weight.grad", weight.grad)


@case()
def indices_that_do_not_fit(torch, see):
    """Indices are int32 or int64 and name rows; a table is a matrix."""
    weight, F = torch.ones(3, 2), torch.nn.functional
    good = torch.tensor([1])
    for words, attempt in (
        ("too far", lambda: F.embedding(torch.tensor([3]), weight)), ("negative", lambda: F.embedding(-good, weight)),
        ("floats", lambda: F.embedding(good.float(), weight)), ("a vector", lambda: F.embedding(good, weight[0])),
        ("padding", lambda: F.embedding(good, weight, padding_idx=3)), ("nothing", lambda: F.embedding(None, weight)),
        ("a bag without offsets", lambda: F.embedding_bag(good, weight)),
        ("a mode", lambda: F.embedding_bag(good, weight, torch.tensor([0]), mode="first")),
        ("a first offset", lambda: F.embedding_bag(good, weight, torch.tensor([1]))),
        ("a table's padding", lambda: torch.nn.Embedding(3, 2, padding_idx=7)),
        ("a weight", lambda: torch.nn.Embedding(3, 2, _weight=torch.ones(2, 2))),
    ):
        with see.refusal(words):
            attempt()


@case()
def bags(torch, see):
    """EmbeddingBag adds up, averages or takes the largest of bags of rows; an empty bag is zero."""
    torch.manual_seed(4)
    rows, offsets = torch.tensor([1, 2, 4, 2]), torch.tensor([0, 2, 2])
    for mode in ("sum", "mean", "max"):
        bag = torch.nn.EmbeddingBag(5, 2, mode=mode, padding_idx=4)
        print(bag)
        y = bag(rows, offsets)
        see(mode, y)
        see.graph(f"{mode}: graph", y)
        y.sum().backward()
        see(f"{mode}: weight.grad", bag.weight.grad)


@case()
def weighted_bags(torch, see):
    """Rows of a bag that is added up may have weights, which have gradients too."""
    weight = torch.arange(6.0).reshape(3, 2).requires_grad_()
    shares = torch.tensor([[0.5, 2.0], [1.0, -1.0]], requires_grad=True)
    y = torch.nn.functional.embedding_bag(torch.tensor([[0, 2], [1, 1]]), weight, per_sample_weights=shares, mode="sum")
    see("y", y)
    y.sum().backward()
    see("weight.grad", weight.grad)
    see("shares.grad", shares.grad)
    with see.refusal("an average"):
        torch.nn.functional.embedding_bag(torch.tensor([[0, 2]]), weight, per_sample_weights=shares[:1], mode="mean")


@case()
def from_a_matrix(torch, see):
    """from_pretrained takes a matrix over, and does not train it unless told to."""
    matrix = torch.ones(3, 2)
    table = torch.nn.Embedding.from_pretrained(matrix)
    see("requires_grad", table.weight.requires_grad)
    see.aliasing("matrix and weight", matrix, table.weight)
    see("trained", torch.nn.EmbeddingBag.from_pretrained(matrix, freeze=False).weight.requires_grad)
    with see.refusal("a vector"):
        torch.nn.Embedding.from_pretrained(matrix[0])


@case()
def one_hot_vectors(torch, see):
    """one_hot counts the classes if nobody says how many there are."""
    F = torch.nn.functional
    see("counted", F.one_hot(torch.tensor([[0, 2], [1, 0]])))
    see("named", F.one_hot(torch.tensor(1), 4))
    for words, attempt in (
        ("too few", lambda: F.one_hot(torch.tensor([2]), 2)), ("negative", lambda: F.one_hot(torch.tensor([-1]))),
        ("floats", lambda: F.one_hot(torch.tensor([1.0]))), ("nothing", lambda: F.one_hot(torch.tensor([]).long())),
    ):
        with see.refusal(words):
            attempt()


@case()
def a_bilinear_layer(torch, see):
    """Bilinear starts from uniform numbers and multiplies two vectors through a matrix for each output."""
    torch.manual_seed(6)
    layer = torch.nn.Bilinear(2, 3, 2)
    print(layer)
    see("state", dict(layer.state_dict()))
    see.stream()
    with torch.no_grad():
        layer.weight.copy_(torch.arange(12.0).reshape(2, 2, 3))
        layer.bias.zero_()
    x, y = torch.tensor([[1.0, 2.0]], requires_grad=True), torch.tensor([[1.0, 0.0, -1.0]], requires_grad=True)
    z = layer(x, y)
    see("z", z)
    see.graph("graph", z)
    z.sum().backward()
    see("x.grad", x.grad)
    see("y.grad", y.grad)
    see("weight.grad", layer.weight.grad)
    with see.refusal("features"):
        layer(y, y)
    with see.refusal("no features"):
        torch.nn.Bilinear(0, 1, 1)


@case()
def distances(torch, see):
    """pairwise_distance adds a little to each difference, pdist has all pairs, cosine_similarity compares angles."""
    F = torch.nn.functional
    x = torch.tensor([[3.0, 4.0], [0.0, 0.0], [6.0, 8.0]], dtype=torch.float64, requires_grad=True)
    see("pdist", F.pdist(x))
    see.graph("pdist: graph", F.pdist(x))
    see.gradient("pdist: gradient", torch.autograd.grad(F.pdist(x)[0], x)[0])
    see.graph("pairwise: graph", F.pairwise_distance(x, x * 2))
    see.graph("cosine: graph", F.cosine_similarity(x, x * 2))
    see("without eps", F.pairwise_distance(x, x.flip(0), eps=0.0))
    print(torch.nn.PairwiseDistance(), torch.nn.CosineSimilarity())
    for words, attempt in (
        ("pdist of a vector", lambda: F.pdist(x[0])), ("a negative p", lambda: F.pdist(x, -1.0)),
        ("cosine of integers", lambda: F.cosine_similarity(x.long(), x.long())),
    ):
        with see.refusal(words):
            attempt()


@case()
def many_classes(torch, see):
    """AdaptiveLogSoftmaxWithLoss has a head for frequent classes and a tail of clusters."""
    torch.manual_seed(8)
    layer = torch.nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], 2.0, True)
    print(layer)
    see("state", list(layer.state_dict()))
    see("head", layer.head.weight)
    see.stream()
    result = layer(torch.zeros(3, 8), torch.tensor([0, 4, 9]))
    see.graph("loss", result.loss)
    see("predicted", layer.predict(torch.eye(8)).shape)
    for words, attempt in (
        ("a class too many", lambda: layer(torch.zeros(1, 8), torch.tensor([10]))),
        ("two targets", lambda: layer(torch.zeros(3, 8), torch.tensor([0, 1]))),
        ("cutoffs", lambda: torch.nn.AdaptiveLogSoftmaxWithLoss(8, 10, [6, 3])),
        ("no cutoffs", lambda: torch.nn.AdaptiveLogSoftmaxWithLoss(8, 10, [])),
    ):
        with see.refusal(words):
            attempt()

using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Simd.Tests.Misuse;

/// <summary>The wrong uses of every public member: a row for each, also for each argument that can be wrong.</summary>
internal static class MisuseCases
{
    private static readonly KernelSet s_kernels = KernelSets.Best;

    public static IEnumerable<Misuse> All => [.. Memory, .. Lists, .. Search, .. Threading, .. VerbMisuses.All];

    private static IEnumerable<Misuse> Memory =>
    [
        Misuse.Of<ArgumentOutOfRangeException>("NativeBuffer.new", "a negative length", () => _ = new NativeBuffer<float>(-1)),
        Misuse.Of<OutOfMemoryException>(
            "NativeBuffer.new", "more than an address space", () => _ = new NativeBuffer<double>(long.MaxValue)),
        Misuse.Of<ArgumentOutOfRangeException>("NativeBuffer.CopyTo", "before the first element", () => Floats(8).CopyTo(-1, new float[1])),
        Misuse.Of<ArgumentOutOfRangeException>("NativeBuffer.CopyTo", "behind the last element", () => Floats(8).CopyTo(5, new float[4])),
        Misuse.Of<ObjectDisposedException>("NativeBuffer.CopyTo", "after disposal", () => Disposed(Floats(8)).CopyTo(0, new float[1])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "NativeBuffer.CopyFrom", "before the first element", () => Floats(8).CopyFrom(long.MinValue, [1f])),
        Misuse.Of<ArgumentOutOfRangeException>("NativeBuffer.CopyFrom", "behind the last element", () => Floats(8).CopyFrom(8, [1f])),
        Misuse.Of<ObjectDisposedException>("NativeBuffer.CopyFrom", "after disposal", () => Disposed(Floats(8)).CopyFrom(0, [1f])),
        Misuse.Of<ArgumentException>("NativeBuffer.CopyFrom", "another length", () => Floats(8).CopyFrom(Floats(9))),
        Misuse.Of<ArgumentNullException>("NativeBuffer.CopyFrom", "null", () => Floats(8).CopyFrom(null!)),
        Misuse.Of<ObjectDisposedException>("NativeBuffer.Fill", "after disposal", () => Disposed(Floats(8)).Fill(1)),
        Misuse.Of<ArgumentOutOfRangeException>("NativeBuffer.Clear", "more than there is", () => Floats(8).Clear(9)),
        Misuse.Of<ArgumentOutOfRangeException>("NativeBuffer.Clear", "less than nothing", () => Floats(8).Clear(-1)),
        Misuse.Of<ObjectDisposedException>("NativeBuffer.Clear", "after disposal", () => Disposed(Floats(8)).Clear()),
        Misuse.Of<ObjectDisposedException>("NativeBuffer.Dispose", "used after it", () => Disposed(Floats(8)).Clear(1)),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.new", "no rows", () => _ = new PanelMatrix(0, 1)),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.new", "a negative number of columns", () => _ = new PanelMatrix(1, -1)),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.new", "no such format", () => _ = new PanelMatrix(1, 1, (ElementFormat)7)),
        Misuse.Of<OutOfMemoryException>(
            "PanelMatrix.new", "more than an address space", () => _ = new PanelMatrix(int.MaxValue, int.MaxValue)),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.BytesOf", "a negative count", () => _ = PanelMatrix.BytesOf(-1, 1)),
        Misuse.Of<OverflowException>(
            "PanelMatrix.BytesOf", "more than an address space", () => _ = PanelMatrix.BytesOf(1L << 36, 1L << 40)),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.Reshape", "a negative number of rows", () => Matrix().Reshape(-64, 4)),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.Reshape", "no columns", () => Matrix().Reshape(4, 0)),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.Reshape", "after disposal", () => Disposed(Matrix()).Reshape(4, 4)),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.Clear", "after disposal", () => Disposed(Matrix()).Clear()),
        Misuse.Of<ArgumentOutOfRangeException>(
            "PanelMatrix.CopyRows", "before the first row", () => Matrix().CopyRows(-1, 1, new float[4])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "PanelMatrix.CopyRows", "a negative number of rows", () => Matrix().CopyRows(3, -1, new float[4])),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.CopyRows", "behind the last row", () => Matrix().CopyRows(3, 2, new float[8])),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.CopyRows", "too little room", () => Matrix().CopyRows(0, 2, new float[7])),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.CopyRows", "after disposal", () => Disposed(Matrix()).CopyRows(0, 1, new float[4])),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.SetRows", "before the first row", () => Matrix().SetRows(-1, 1, new float[4])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "PanelMatrix.SetRows", "more rows than there are", () => Matrix().SetRows(0, int.MaxValue, new float[4])),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.SetRows", "after disposal", () => Disposed(Matrix()).SetRows(0, 1, new float[4])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "PanelMatrix.CopyRowMajor", "before the first element", () => Matrix().CopyRowMajor(-1_000_000_000, new float[1])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "PanelMatrix.CopyRowMajor", "behind the last element", () => Matrix().CopyRowMajor(15, new float[2])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "PanelMatrix.CopyRowMajor", "a start that overflows", () => Matrix().CopyRowMajor(long.MaxValue, new float[2])),
        Misuse.Of<ObjectDisposedException>(
            "PanelMatrix.CopyRowMajor", "after disposal", () => Disposed(Matrix()).CopyRowMajor(0, new float[1])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "PanelMatrix.SetRowMajor", "before the first element", () => Matrix().SetRowMajor(-1_000_000_000, [1f])),
        Misuse.Of<ArgumentOutOfRangeException>("PanelMatrix.SetRowMajor", "behind the last element", () => Matrix().SetRowMajor(16, [1f])),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.SetRowMajor", "after disposal", () => Disposed(Matrix()).SetRowMajor(0, [1f])),
        Misuse.Of<ArgumentNullException>("PanelMatrix.CopyFrom", "null", () => Matrix().CopyFrom(null!)),
        Misuse.Of<ArgumentException>(
            "PanelMatrix.CopyFrom", "another format", () => Matrix().CopyFrom(Made(new PanelMatrix(4, 4, ElementFormat.BFloat16)))),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.CopyFrom", "a disposed one", () => Matrix().CopyFrom(Disposed(Matrix()))),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.CopyFrom", "into a disposed one", () => Disposed(Matrix()).CopyFrom(Matrix())),
        Misuse.Of<ObjectDisposedException>("PanelMatrix.Dispose", "used after it", () => Disposed(Matrix()).Clear()),
    ];

    private static IEnumerable<Misuse> Lists =>
    [
        Misuse.Of<ObjectDisposedException>("ActiveBatch.Entries", "after disposal", () => _ = Disposed(Batch()).Entries),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.Density", "after disposal", () => _ = Disposed(Batch()).Density),
        Misuse.Of<ArgumentOutOfRangeException>("ActiveBatch.CountOf", "a datum below 0", () => _ = Batch().CountOf(-1)),
        Misuse.Of<ArgumentOutOfRangeException>("ActiveBatch.CountOf", "a datum that is not there", () => _ = Batch().CountOf(2)),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.CountOf", "after disposal", () => _ = Disposed(Batch()).CountOf(0)),
        Misuse.Of<ArgumentOutOfRangeException>(
            "ActiveBatch.CopyDatum", "a datum that is not there", () => Batch().CopyDatum(2, new int[9], new float[9])),
        Misuse.Of<ArgumentException>("ActiveBatch.CopyDatum", "too little room", () => Batch().CopyDatum(0, new int[1], new float[9])),
        Misuse.Of<ObjectDisposedException>(
            "ActiveBatch.CopyDatum", "after disposal", () => Disposed(Batch()).CopyDatum(0, new int[9], new float[9])),
        Misuse.Of<ArgumentNullException>("ActiveBatch.SameEntries", "null", () => Batch().SameEntries(null!)),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.SameEntries", "a disposed one", () => Batch().SameEntries(Disposed(Batch()))),
        Misuse.Of<ArgumentNullException>("ActiveBatch.CopyFrom", "null", () => Batch().CopyFrom(null!)),
        Misuse.Of<ArgumentNullException>("ActiveBatch.CopyFrom", "no values", () => Batch().CopyFrom(Batch(), null!)),
        Misuse.Of<ArgumentException>("ActiveBatch.CopyFrom", "too few values", () => Batch().CopyFrom(Batch(), Floats(3))),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.CopyFrom", "disposed values", () => Batch().CopyFrom(Batch(), Disposed(Floats(8)))),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.CopyFrom", "a disposed one", () => Batch().CopyFrom(Disposed(Batch()))),
        Misuse.Of<ArgumentNullException>("ActiveBatch.Join", "null", () => Batch().Join(null!, Batch(), Floats(8))),
        Misuse.Of<ArgumentException>("ActiveBatch.Join", "another width", () => Batch().Join(Batch(), Empty(2, 4), Floats(8))),
        Misuse.Of<ArgumentException>("ActiveBatch.Join", "too few values", () => Batch().Join(Batch(), Batch(), Floats(1))),
        Misuse.Of<ArgumentException>("ActiveBatch.Join", "into itself", JoinIntoItself),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.Longest", "after disposal", () => _ = Disposed(Batch()).Longest()),
        Misuse.Of<ArgumentOutOfRangeException>("ActiveBatch.Reshape", "a negative count", () => Batch().Reshape(-1, 3)),
        Misuse.Of<ArgumentOutOfRangeException>("ActiveBatch.Reshape", "a negative width", () => Batch().Reshape(1, -3)),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.Reshape", "after disposal", () => Disposed(Batch()).Reshape(1, 3)),
        Misuse.Of<ArgumentException>("ActiveBatch.FillNonZero", "too few elements", () => Batch().FillNonZero(new float[5], 2, 3)),
        Misuse.Of<ArgumentException>(
            "ActiveBatch.FillNonZero", "a product that overflows", () => Batch().FillNonZero([], 1 << 16, 1 << 16)),
        Misuse.Of<ArgumentOutOfRangeException>(
            "ActiveBatch.FillNonZero", "a negative count", () => Batch().FillNonZero(new float[6], -2, -3)),
        Misuse.Of<ArgumentException>("ActiveBatch.FillDense", "too many elements", () => Batch().FillDense(new float[7], 2, 3)),
        Misuse.Of<ObjectDisposedException>(
            "ActiveBatch.FillDense", "after disposal", () => Disposed(Batch()).FillDense(new float[6], 2, 3)),
        Misuse.Of<ArgumentNullException>("ActiveBatch.FillLists", "no ids", () => Batch().FillLists(3, [1], null!, [[1f]])),
        Misuse.Of<ArgumentNullException>("ActiveBatch.FillLists", "no values", () => Batch().FillLists(3, [1], [[1]], null!)),
        Misuse.Of<ArgumentException>("ActiveBatch.FillLists", "a row without ids", () => Batch().FillLists(3, [1], [null!], [[1f]])),
        Misuse.Of<ArgumentException>(
            "ActiveBatch.FillLists", "an id outside the width", () => Batch().FillLists(10, [1], [[1_000_000_000]], [[1f]])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillLists", "a negative id", () => Batch().FillLists(10, [1], [[-1]], [[1f]])),
        Misuse.Of<ArgumentException>(
            "ActiveBatch.FillLists", "ids that do not ascend", () => Batch().FillLists(10, [2], [[4, 4]], [[1f, 1f]])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillLists", "a count above the ids", () => Batch().FillLists(10, [2], [[4]], [[1f]])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillLists", "a negative count", () => Batch().FillLists(10, [-1], [[4]], [[1f]])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillLists", "fewer rows than counts", () => Batch().FillLists(10, [1, 1], [[4]], [[1f]])),
        Misuse.Of<ArgumentOutOfRangeException>("ActiveBatch.FillLists", "a negative width", () => Batch().FillLists(-10, [], [], [])),
        Misuse.Of<ArgumentOutOfRangeException>("ActiveBatch.FillCsr", "a negative width", () => Batch().FillCsr(-10, [0], [], [])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "no starts", () => Batch().FillCsr(10, [], [], [])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "a first start above 0", () => Batch().FillCsr(10, [1, 2], [4, 5], [1, 1])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "an end past the columns", () => Batch().FillCsr(10, [0, 2], [4], [1f])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "a negative end", () => Batch().FillCsr(10, [0, 9, -1, 2], [4, 5], [1, 1])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "starts that descend", () => Batch().FillCsr(10, [0, 2, 1, 2], [4, 5], [1, 1])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "too few values", () => Batch().FillCsr(10, [0, 2], [4, 5], [1f])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "a column outside the width", () => Batch().FillCsr(10, [0, 1], [10], [1f])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "a negative column", () => Batch().FillCsr(10, [0, 1], [-1], [1f])),
        Misuse.Of<ArgumentException>("ActiveBatch.FillCsr", "columns that repeat", () => Batch().FillCsr(10, [0, 2], [4, 4], [1, 1])),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.FillCsr", "after disposal", () => Disposed(Batch()).FillCsr(10, [0, 1], [4], [1f])),
        Misuse.Of<ObjectDisposedException>("ActiveBatch.Dispose", "used after it", () => Disposed(Batch()).Longest()),
        Misuse.Of<ArgumentNullException>("TransposedBatch.Build", "null", () => Made(new TransposedBatch()).Build(null!)),
        Misuse.Of<ObjectDisposedException>(
            "TransposedBatch.Build", "a disposed one", () => Made(new TransposedBatch()).Build(Disposed(Batch()))),
        Misuse.Of<ObjectDisposedException>("TransposedBatch.Build", "after disposal", () => Disposed(Transposed()).Build(Batch())),
        Misuse.Of<ArgumentOutOfRangeException>("TransposedBatch.CountOf", "a datum that is not there", () => _ = Transposed().CountOf(2)),
        Misuse.Of<ArgumentOutOfRangeException>("TransposedBatch.CountOf", "a datum below 0", () => _ = Transposed().CountOf(-1)),
        Misuse.Of<ArgumentException>("TransposedBatch.Gather", "too few values", () => Transposed().Gather(Floats(3), Floats(8))),
        Misuse.Of<ArgumentException>("TransposedBatch.Gather", "too little room", () => Transposed().Gather(Floats(8), Floats(3))),
        Misuse.Of<ArgumentNullException>("TransposedBatch.Gather", "null", () => Transposed().Gather(null!, Floats(8))),
        Misuse.Of<ObjectDisposedException>("TransposedBatch.Dispose", "used after it", () => Disposed(Transposed()).CountOf(0)),
    ];

    private static IEnumerable<Misuse> Search =>
    [
        Misuse.Of<ObjectDisposedException>("SearchHits.Ids", "after disposal", () => _ = Disposed(Made(new SearchHits())).Ids.Length),
        Misuse.Of<ObjectDisposedException>("SearchHits.Values", "after disposal", () => _ = Disposed(Made(new SearchHits())).Values.Length),
        Misuse.Of<ObjectDisposedException>(
            "SearchHits.Dispose", "used after it", () => Tree().Report(new float[2], 0, Disposed(Made(new SearchHits())))),
        Misuse.Of<ArgumentNullException>("CorrelationTree.new", "no kernels", () => _ = new CorrelationTree(null!)),
        Misuse.Of<ArgumentException>("CorrelationTree.CopyKeys", "too little room", () => Keys().CopyKeys(new float[2])),
        Misuse.Of<ObjectDisposedException>("CorrelationTree.CopyKeys", "after disposal", () => Disposed(Keys()).CopyKeys(new float[3])),
        Misuse.Of<ObjectDisposedException>("CorrelationTree.Build", "after disposal", () => Disposed(Keys()).Build(new float[3])),
        Misuse.Of<ArgumentOutOfRangeException>("CorrelationTree.Update", "a leaf below 0", () => Keys().Update(-1, 1f)),
        Misuse.Of<ArgumentOutOfRangeException>("CorrelationTree.Update", "a leaf that is not there", () => Keys().Update(3, 1f)),
        Misuse.Of<ArgumentException>("CorrelationTree.UpdateMany", "fewer keys than leaves", () => Keys().UpdateMany([0, 1], [1f])),
        Misuse.Of<ArgumentOutOfRangeException>(
            "CorrelationTree.UpdateMany", "a leaf that is not there", () => Keys().UpdateMany([0, 1 << 30], [1f, 1f])),
        Misuse.Of<ObjectDisposedException>("CorrelationTree.UpdateMany", "after disposal", () => Disposed(Keys()).UpdateMany([0], [1f])),
        Misuse.Of<ArgumentException>("CorrelationTree.Report", "too little room", () => Keys().Report(0, new int[2])),
        Misuse.Of<ObjectDisposedException>("CorrelationTree.Report", "after disposal", () => Disposed(Keys()).Report(0, new int[3])),
        Misuse.Of<ArgumentOutOfRangeException>("CorrelationTree.Top", "a negative number", () => Keys().Top(-1, new int[3])),
        Misuse.Of<ArgumentException>("CorrelationTree.Top", "too little room", () => Keys().Top(3, new int[2])),
        Misuse.Of<ObjectDisposedException>("CorrelationTree.Top", "after disposal", () => Disposed(Keys()).Top(1, new int[1])),
        Misuse.Of<ObjectDisposedException>("CorrelationTree.Dispose", "used after it", () => Disposed(Keys()).Update(0, 1f)),
        Misuse.Of<ArgumentNullException>(
            "CorrelationForest.new", "no kernels", () => _ = new CorrelationForest(null!, Made(new WorkerTeam(1)))),
        Misuse.Of<ArgumentNullException>("CorrelationForest.new", "no team", () => _ = new CorrelationForest(s_kernels, null!)),
        Misuse.Of<ArgumentNullException>("CorrelationForest.Build", "no sums", () => Forest().Build(null!, Floats(128))),
        Misuse.Of<ArgumentException>("CorrelationForest.Build", "too few thresholds", () => Forest().Build(Matrix(), Floats(127))),
        Misuse.Of<InvalidOperationException>("CorrelationForest.Build", "sums of bfloat16",
            () => Forest().Build(Made(new PanelMatrix(4, 4, ElementFormat.BFloat16)), Floats(128))),
        Misuse.Of<ObjectDisposedException>(
            "CorrelationForest.Build", "after disposal", () => Disposed(Forest()).Build(Matrix(), Floats(128))),
        Misuse.Of<ArgumentException>("CorrelationForest.Update", "sums of another shape",
            () => Forest().Update(Made(new PanelMatrix(5, 4)), Floats(128), Empty(4, 4))),
        Misuse.Of<ArgumentException>(
            "CorrelationForest.Update", "changes of another shape", () => Forest().Update(Matrix(), Floats(128), Empty(4, 5))),
        Misuse.Of<ArgumentNullException>("CorrelationForest.Update", "no changes", () => Forest().Update(Matrix(), Floats(128), null!)),
        Misuse.Of<ArgumentNullException>("CorrelationForest.Report", "null", () => Forest().Report(1f, null!)),
        Misuse.Of<ObjectDisposedException>("CorrelationForest.Report", "into disposed lists", () => Forest().Report(1f, Disposed(Batch()))),
        Misuse.Of<ObjectDisposedException>("CorrelationForest.Dispose", "used after it", () => Disposed(Forest()).Report(1f, Batch())),
        Misuse.Of<ArgumentOutOfRangeException>("HalfSpaceTree.new", "no dimension", () => _ = new HalfSpaceTree([], 0, s_kernels)),
        Misuse.Of<ArgumentException>("HalfSpaceTree.new", "a row cut short", () => _ = new HalfSpaceTree(new float[5], 2, s_kernels)),
        Misuse.Of<ArgumentException>("HalfSpaceTree.new", "NaN", () => _ = new HalfSpaceTree([float.NaN, 1f], 2, s_kernels)),
        Misuse.Of<ArgumentNullException>("HalfSpaceTree.new", "no kernels", () => _ = new HalfSpaceTree(new float[4], 2, null!)),
        Misuse.Of<ArgumentException>(
            "HalfSpaceTree.Report", "a query of another dimension", () => Tree().Report(new float[3], 0, Made(new SearchHits()))),
        Misuse.Of<ArgumentException>(
            "HalfSpaceTree.Report", "a query of NaN", () => Tree().Report([float.NaN, 0f], 0, Made(new SearchHits()))),
        Misuse.Of<ArgumentNullException>("HalfSpaceTree.Report", "no room for hits", () => Tree().Report(new float[2], 0, null!)),
        Misuse.Of<ObjectDisposedException>(
            "HalfSpaceTree.Report", "after disposal", () => Disposed(Tree()).Report(new float[2], 0, Made(new SearchHits()))),
        Misuse.Of<ArgumentException>(
            "HalfSpaceTree.ReportAscending", "a query of another dimension", () => Tree().ReportAscending([], 0, Made(new SearchHits()))),
        Misuse.Of<ArgumentNullException>(
            "HalfSpaceTree.ReportAscending", "no room for hits", () => Tree().ReportAscending(new float[2], 0, null!)),
        Misuse.Of<ArgumentOutOfRangeException>(
            "HalfSpaceTree.Nearest", "a negative number", () => Tree().Nearest(new float[2], -1, Made(new SearchHits()))),
        Misuse.Of<ArgumentException>(
            "HalfSpaceTree.Nearest", "a query of another dimension", () => Tree().Nearest(new float[3], 1, Made(new SearchHits()))),
        Misuse.Of<ArgumentOutOfRangeException>(
            "HalfSpaceTree.MaxInnerProduct", "a negative number", () => Tree().MaxInnerProduct(new float[2], -1, Made(new SearchHits()))),
        Misuse.Of<ObjectDisposedException>("HalfSpaceTree.MaxInnerProduct", "after disposal",
            () => Disposed(Tree()).MaxInnerProduct(new float[2], 1, Made(new SearchHits()))),
        Misuse.Of<ArgumentException>("HalfSpaceTree.Insert", "an id that is taken", () => Tree().Insert([1], new float[2])),
        Misuse.Of<ArgumentException>("HalfSpaceTree.Insert", "a negative id", () => Tree().Insert([-5], new float[2])),
        Misuse.Of<ArgumentException>("HalfSpaceTree.Insert", "fewer rows than ids", () => Tree().Insert([7, 8], new float[2])),
        Misuse.Of<ArgumentException>("HalfSpaceTree.Remove", "an id that is not there", () => Tree().Remove([100])),
        Misuse.Of<ArgumentException>("HalfSpaceTree.Remove", "an id twice", () => Tree().Remove([1, 1])),
        Misuse.Of<ArgumentException>("HalfSpaceTree.Move", "an id that is not there", () => Tree().Move([100], new float[2])),
        Misuse.Of<ArgumentException>("HalfSpaceTree.Move", "an infinite row", () => Tree().Move([1], [float.PositiveInfinity, 0f])),
        Misuse.Of<ObjectDisposedException>("HalfSpaceTree.Dispose", "used after it", () => Disposed(Tree()).Move([1], new float[2])),
    ];

    private static IEnumerable<Misuse> Threading =>
    [
        Misuse.Of<ArgumentOutOfRangeException>("WorkerTeam.new", "no workers", () => _ = new WorkerTeam(0)),
        Misuse.Of<ArgumentOutOfRangeException>("WorkerTeam.new", "more workers than a machine has", () => _ = new WorkerTeam(int.MaxValue)),
        Misuse.Of<ArgumentNullException>("WorkerTeam.Run", "no body", () => Made(new WorkerTeam(1)).Run(1, null!)),
        Misuse.Of<ArgumentOutOfRangeException>(
            "WorkerTeam.Run", "a negative number of items", () => Made(new WorkerTeam(1)).Run(-1, (_, _) => { })),
        Misuse.Of<ObjectDisposedException>(
            "WorkerTeam.Run", "after disposal", () => Disposed(Made(new WorkerTeam(2))).Run(1, (_, _) => { })),
        Misuse.Of<InvalidOperationException>("WorkerTeam.Run", "from its own body", RunFromItsOwnBody),
        Misuse.Of<InvalidOperationException>("WorkerTeam.Dispose", "from its own body", DisposeFromItsOwnBody),
        Misuse.Of<ArgumentNullException>("KernelSets.ByName", "null", () => _ = KernelSets.ByName(null!)),
        Misuse.Of<ArgumentException>("KernelSets.ByName", "a set that is not there", () => _ = KernelSets.ByName("simd1024")),
    ];

    private static readonly List<IDisposable> s_made = [];

    /// <summary>Disposes what the cases made.</summary>
    public static void DisposeAll()
    {
        s_made.ForEach(made => made.Dispose());
        s_made.Clear();
    }

    /// <summary>Something that <see cref="DisposeAll"/> disposes.</summary>
    internal static T Made<T>(T made) where T : IDisposable
    {
        s_made.Add(made);
        return made;
    }

    internal static NativeBuffer<float> Floats(long length) => Made(new NativeBuffer<float>(length));

    internal static NativeBuffer<double> Doubles(long length) => Made(new NativeBuffer<double>(length));

    /// <summary>4 x 4.</summary>
    internal static PanelMatrix Matrix(int rows = 4, int columns = 4) => Made(new PanelMatrix(rows, columns));

    /// <summary>Two data over three neurons, four entries.</summary>
    internal static ActiveBatch Batch()
    {
        ActiveBatch batch = Made(new ActiveBatch());
        batch.FillNonZero([1, 0, 2, 0, 3, 4], 2, 3);
        return batch;
    }

    internal static ActiveBatch Empty(int count, int width)
    {
        ActiveBatch batch = Made(new ActiveBatch());
        batch.Reshape(count, width);
        return batch;
    }

    internal static T Disposed<T>(T owner) where T : IDisposable
    {
        owner.Dispose();
        return owner;
    }

    private static TransposedBatch Transposed()
    {
        TransposedBatch transposed = Made(new TransposedBatch());
        transposed.Build(Batch());
        return transposed;
    }

    private static CorrelationTree Keys()
    {
        CorrelationTree tree = Made(new CorrelationTree(s_kernels));
        tree.Build([1f, 2f, 3f]);
        return tree;
    }

    private static CorrelationForest Forest()
    {
        CorrelationForest forest = Made(new CorrelationForest(s_kernels, Made(new WorkerTeam(1))));
        forest.Build(Matrix(), Floats(128));
        return forest;
    }

    private static HalfSpaceTree Tree() => Made(new HalfSpaceTree([1f, 2f, 3f, 4f, 5f, 6f], 2, s_kernels));

    private static void JoinIntoItself()
    {
        ActiveBatch batch = Batch();
        batch.Join(batch, Batch(), Floats(8));
    }

    private static void RunFromItsOwnBody()
    {
        using var team = new WorkerTeam(2);
        team.Run(1, (_, _) => team.Run(1, (_, _) => { }));
    }

    private static void DisposeFromItsOwnBody()
    {
        using var team = new WorkerTeam(2);
        team.Run(1, (_, _) => team.Dispose());
    }
}

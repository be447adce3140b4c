using NUnit.Framework;
using Subquad.Simd.Interop;
using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>Dense float64 of an order, with so many columns beside it, at a column of a factorisation.</summary>
internal sealed class DenseOperands(int order, int columns = 0, int column = 0, bool isDefinite = true) : VerbOperands
{
    private const int Group = 16;

    private static readonly (int Order, int Block)[] s_steps =
        [.. from order in new[] { 1, 64, 65, 130, 200 } from block in Enumerable.Range(0, Blocks(order)) select (order, block)];

    /// <summary>Every step of a Cholesky factorisation of some orders.</summary>
    public static IEnumerable<Func<DenseOperands>> Steps { get; } = Each(s_steps, step => At(step));

    /// <summary>The last step of matrices whose last pivot is negative.</summary>
    public static IEnumerable<Func<DenseOperands>> Indefinite { get; } = Each(s_steps.Where(IsLast), step => At(step, isDefinite: false));

    /// <summary>Every step that has rows below.</summary>
    public static IEnumerable<Func<DenseOperands>> StepsAboveOthers { get; } = Each(s_steps.Where(step => !IsLast(step)), step => At(step));

    public static IEnumerable<Func<DenseOperands>> OuterProducts { get; } = Products([1, 15, 16, 17, 65], [1, 20, 256]);
    public static IEnumerable<Func<DenseOperands>> RightSides { get; } = Products([1, 16, 100, 129, 272], [16, 48]);
    public static IEnumerable<Func<DenseOperands>> Squares { get; } = Products([1, 4, 7, 64, 101], [1]);

    public override string Size => $"order {order}, {columns} columns, column {column}";

    public int Order => order;
    public int Columns => columns;
    public int Column => column;

    /// <summary>The order in whole groups.</summary>
    public int Stride => (order + Group - 1) / Group * Group;

    /// <summary>Small elements beside a large diagonal.</summary>
    public NativeBuffer<double> Matrix
    {
        get
        {
            if (field is not null)
                return field;
            field = Own(DenseSamples.Matrix(new Random(order), order, Stride, Stride));
            for (int row = 0; row < order; row++)
                field[row * (Stride + 1L)] = order + 1;
            return field;
        }
    }

    /// <summary>Whether the last pivot of <see cref="Matrix"/> stays positive.</summary>
    public bool IsDefinite => isDefinite;

    /// <summary>Room for a column of blocks.</summary>
    public NativeBuffer<double> Panel => field ??= Own(new NativeBuffer<double>((order + Group) * KernelSet.CholeskyBlock));

    /// <summary>Room for rows in groups.</summary>
    public NativeBuffer<double> Groups => field ??= Own(new NativeBuffer<double>(Stride * columns));

    public NativeBuffer<double> Rows => field ??= Own(DenseSamples.Matrix(new Random(1), order, columns, columns));
    public NativeBuffer<double> Gram => field ??= Own(DenseSamples.Matrix(new Random(2), order, Stride, Stride));

    /// <summary>A lower triangle, above which nothing is a number.</summary>
    public NativeBuffer<double> Factor => field ??= Own(DenseSamples.Factor(new Random(3), order, order));
    public NativeBuffer<double> Right => field ??= Own(DenseSamples.Matrix(new Random(4), order, columns, columns));
    public NativeBuffer<double> Vector => field ??= Own(DenseSamples.Matrix(new Random(5), order, 1, 1));
    public NativeBuffer<double> Product => field ??= Own(new NativeBuffer<double>(order));
    public NativeBuffer<double> Partial => field ??= Own(new NativeBuffer<double>(order));

    private static int Blocks(int order) => (order + KernelSet.CholeskyBlock - 1) / KernelSet.CholeskyBlock;

    private static bool IsLast((int Order, int Block) step) => step.Block == Blocks(step.Order) - 1;

    private static DenseOperands At((int Order, int Block) step, bool isDefinite = true) =>
        new(step.Order, column: step.Block * KernelSet.CholeskyBlock, isDefinite: isDefinite);

    private static IEnumerable<Func<DenseOperands>> Products(int[] orders, int[] columns) =>
        Each(from order in orders from count in columns select (order, count), size => new DenseOperands(size.order, size.count));
}

/// <summary>The verbs of dense float64.</summary>
internal static unsafe class DenseCases<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    private const int Block = KernelSet.CholeskyBlock, Group = 16;

    public static IEnumerable<GuardedCase> All { get; } =
    [
        Row("FactorDiagonal", DenseOperands.Steps,
            (k, o) => o.Wanted.Add(k.FactorDiagonal(o.Matrix, o.Stride, o.Column, o.Order) ? 1 : 0),
            (_, g, o) => o.Found.Add(CholeskyKernel<TSimd, TVec>.FactorDiagonal(g.Of(o.Matrix), o.Stride, o.Column, o.Order) ? 1 : 0),
            (core, g, o) => o.Found.Add(core->FactorDiagonal(g.Of(o.Matrix), o.Stride, o.Column, o.Order)),
            Factor),
        Row("FactorDiagonal", DenseOperands.Indefinite,
            (_, o) => o.Wanted.Add(0),
            (_, g, o) => o.Found.Add(CholeskyKernel<TSimd, TVec>.FactorDiagonal(Spoilable(g, o), o.Stride, o.Column, o.Order) ? 1 : 0),
            (core, g, o) => o.Found.Add(core->FactorDiagonal(Spoilable(g, o), o.Stride, o.Column, o.Order)),
            Factor),
        Row("SolveBelowDiagonal", DenseOperands.StepsAboveOthers,
            (k, o) => k.SolveBelowDiagonal(o.Matrix, o.Stride, o.Column, o.Order, o.Panel, o.Column + Block, o.Order),
            (_, g, o) => CholeskyKernel<TSimd, TVec>.SolveBelowDiagonal(
                g.Of(o.Matrix), o.Stride, o.Column, o.Order, g.Of(o.Panel), o.Column + Block, o.Order),
            (core, g, o) => core->SolveBelowDiagonal(g.Of(o.Matrix), o.Stride, o.Column, o.Order, g.Of(o.Panel), o.Column + Block, o.Order),
            FactorWithDiagonal),
        Row("UpdateTrailing", DenseOperands.StepsAboveOthers,
            (k, o) => k.UpdateTrailing(o.Matrix, o.Stride, o.Column, o.Order, o.Panel, o.Column + Block, o.Order),
            (_, g, o) => CholeskyKernel<TSimd, TVec>.UpdateTrailing(
                g.Of(o.Matrix), o.Stride, o.Column, o.Order, g.Of(o.Panel), o.Column + Block, o.Order),
            (core, g, o) => core->UpdateTrailing(g.Of(o.Matrix), o.Stride, o.Column, o.Order, g.Of(o.Panel), o.Column + Block, o.Order),
            (k, o) =>
            {
                FactorWithDiagonal(k, o);
                k.SolveBelowDiagonal(o.Matrix, o.Stride, o.Column, o.Order, o.Panel, o.Column + Block, o.Order);
            }),
        Row("PackRows", DenseOperands.OuterProducts,
            (k, o) => k.PackRows(o.Rows, o.Columns, 0, o.Columns, o.Groups, 0, o.Order),
            (_, g, o) => OuterProductKernel<TSimd, TVec>.Pack(g.Of(o.Rows), o.Columns, o.Columns, g.Of(o.Groups), o.Columns, 0, o.Order),
            (core, g, o) => core->PackRows(g.Of(o.Rows), o.Columns, 0, o.Columns, g.Of(o.Groups), 0, o.Order)),
        Row("AddOuterProduct", DenseOperands.OuterProducts,
            (k, o) => k.AddOuterProduct(o.Groups, o.Columns, o.Gram, o.Stride, 0, o.Order),
            (_, g, o) => OuterProductKernel<TSimd, TVec>.AddLower(
                g.Of(o.Gram), o.Stride, g.Of(o.Groups), o.Columns, o.Columns, 0, 0, o.Order, negative: false),
            (core, g, o) => core->AddOuterProduct(g.Of(o.Groups), o.Columns, g.Of(o.Gram), o.Stride, 0, o.Order),
            (k, o) => k.PackRows(o.Rows, o.Columns, 0, o.Columns, o.Groups, 0, o.Order)),
        Row("SolveLower SolveScratch", DenseOperands.RightSides,
            (k, o) => k.SolveLower(o.Factor, o.Order, o.Order, o.Right, o.Columns, 0, o.Columns, o.Scratch),
            (_, g, o) => Solve(g, o, transposed: false),
            (core, g, o) => core->SolveLower(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Right), o.Columns, 0, o.Columns, Tiles(core, g, o))),
        Row("SolveUpper SolveScratch", DenseOperands.RightSides,
            (k, o) => k.SolveUpper(o.Factor, o.Order, o.Order, o.Right, o.Columns, 0, o.Columns, o.Scratch),
            (_, g, o) => Solve(g, o, transposed: true),
            (core, g, o) => core->SolveUpper(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Right), o.Columns, 0, o.Columns, Tiles(core, g, o))),
        Row("SolveFactored", DenseOperands.RightSides,
            (k, o) => k.SolveFactored(o.Factor, o.Order, o.Order, o.Right, o.Columns),
            (_, g, o) =>
            {
                TriangularKernel<TSimd, TVec>.SolveLower(
                    g.Of(o.Factor), o.Order, o.Order, g.Of(o.Right), o.Columns, Group, o.Columns / Group);
                TriangularKernel<TSimd, TVec>.SolveUpper(
                    g.Of(o.Factor), o.Order, o.Order, g.Of(o.Right), o.Columns, Group, o.Columns / Group);
            },
            (core, g, o) => core->SolveFactored(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Right), o.Columns)),
        Row("SolveLowerOne", DenseOperands.Squares,
            (k, o) => k.SolveLower(o.Factor, o.Order, o.Vector.Span),
            (_, g, o) => TriangularKernel<TSimd, TVec>.SolveLower(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Vector)),
            (core, g, o) => core->SolveLowerOne(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Vector)), reference: CoreReference.SameLanes),
        Row("SolveUpperOne", DenseOperands.Squares,
            (k, o) => k.SolveUpper(o.Factor, o.Order, o.Vector.Span),
            (_, g, o) => TriangularKernel<TSimd, TVec>.SolveUpper(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Vector)),
            (core, g, o) => core->SolveUpperOne(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Vector)), reference: CoreReference.SameLanes),
        Row("MultiplySymmetric", DenseOperands.Squares,
            (k, o) => k.MultiplySymmetric(o.Factor, o.Order, o.Vector.Span, o.Product.Span, o.Partial.Span, 0, o.Order),
            (_, g, o) => SymmetricKernel<TSimd, TVec>.Multiply(
                g.Of(o.Factor), o.Order, g.Of(o.Vector), g.Of(o.Product), g.Of(o.Partial), 0, o.Order),
            (core, g, o) => core->MultiplySymmetric(
                g.Of(o.Factor), o.Order, g.Of(o.Vector), g.Of(o.Product), g.Of(o.Partial), 0, o.Order), reference: CoreReference.SameLanes),
    ];

    private static GuardedCase Row(
        string verbs, IEnumerable<Func<DenseOperands>> sizes, BufferCall<DenseOperands> wanted, ManagedCall<DenseOperands> managed,
        CoreCall<DenseOperands> core, BufferCall<DenseOperands>? prepare = null, CoreReference reference = CoreReference.Scalar) =>
        new GuardedCase<DenseOperands>(verbs, sizes, wanted, managed, core, prepare, reference);

    /// <summary>The steps before <see cref="DenseOperands.Column"/>; then the last pivot becomes what it is to be.</summary>
    private static void Factor(KernelSet k, DenseOperands o)
    {
        for (int column = 0; column < o.Column; column += Block)
        {
            Assert.That(k.FactorDiagonal(o.Matrix, o.Stride, column, o.Order));
            k.SolveBelowDiagonal(o.Matrix, o.Stride, column, o.Order, o.Panel, column + Block, o.Order);
            k.UpdateTrailing(o.Matrix, o.Stride, column, o.Order, o.Panel, column + Block, o.Order);
        }
        if (!o.IsDefinite)
            o.Matrix[(o.Order - 1L) * o.Stride + o.Order - 1] = -1.0;
    }

    private static void FactorWithDiagonal(KernelSet k, DenseOperands o)
    {
        Factor(k, o);
        Assert.That(k.FactorDiagonal(o.Matrix, o.Stride, o.Column, o.Order));
    }

    /// <summary>A guarded copy that is not compared: what a factorisation that fails leaves behind is not promised.</summary>
    private static double* Spoilable(GuardedOperands g, DenseOperands o)
    {
        double* copy = g.Take<double>(o.Matrix.Length);
        o.Matrix.Span.CopyTo(new Span<double>(copy, (int)o.Matrix.Length));
        return copy;
    }

    private static void Solve(GuardedOperands g, DenseOperands o, bool transposed)
    {
        o.Scratch.Reserve(TriangularKernel<TSimd, TVec>.ScratchOf(o.Order, o.Columns));
        TriangularKernel<TSimd, TVec>.Run(g.Of(o.Factor), o.Order, o.Order, g.Of(o.Right), o.Columns, 0, o.Columns, transposed, o.Scratch);
    }

    /// <summary>One tile needs no scratch.</summary>
    private static double* Tiles(CoreApi* core, GuardedOperands g, DenseOperands o) =>
        g.Take<double>(o.Columns == Group ? 0 : core->SolveScratch(o.Order, o.Columns));
}

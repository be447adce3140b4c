using System.Runtime.InteropServices;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>Its factorisation and its products of rows.</summary>
static unsafe partial class OpenBlas
{
    const int Lower = 122;

    /// <summary>
    /// The Cholesky factorisation of a symmetric matrix of float64 in place, of which the upper triangle in memory order by columns is
    /// read: the lower one of rows.
    /// </summary>
    public static void Factor(Span<double> matrix, int stride, int n, int threads)
    {
        SetThreads(threads);
        byte triangle = (byte)'U';
        int result;
        fixed (double* elements = matrix)
            Dpotrf(&triangle, &n, elements, &stride, &result);
        if (result != 0)
            throw new InvalidOperationException($"OpenBLAS found the matrix not positive definite at row {result}");
    }

    /// <summary>The lower triangle of U U^T in float32 for n dense rows.</summary>
    public static void MultiplyRows(ReadOnlySpan<float> rows, int n, int width, Span<float> gram, int threads)
    {
        SetThreads(threads);
        fixed (float* from = rows, to = gram)
            Ssyrk(RowMajor, Lower, Plain, n, width, 1, from, width, 0, to, n);
    }

    [LibraryImport(Library, EntryPoint = "dpotrf_")]
    private static partial void Dpotrf(byte* triangle, int* n, double* a, int* stride, int* result);

    [LibraryImport(Library, EntryPoint = "cblas_ssyrk")]
    private static partial void Ssyrk(
        int order, int triangle, int transpose, int n, int k, float alpha, float* a, int strideA, float beta, float* c, int strideC);
}

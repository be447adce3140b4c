using System.Diagnostics;

namespace Subquad.Simd;

/// <summary>
/// Checks of our own assumptions, in Debug builds only. They throw: a failing assertion would take the test host down with it.
/// </summary>
internal static class Contract
{
    [Conditional("DEBUG")]
    public static void Holds(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException("contract broken: " + message);
    }
}

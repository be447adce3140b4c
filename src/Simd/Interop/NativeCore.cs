namespace Subquad.Simd.Interop;

/// <summary>
/// What the command says about the C core (the native library <c>subquad_core</c>). Results depend on it only where a name forces one of
/// its kernel sets.
/// </summary>
public static class NativeCore
{
    /// <summary>Whether the C core was found and speaks this library's version.</summary>
    public static bool IsPresent => CoreLibrary.Probe.Status == CoreStatus.Present;

    /// <summary>
    /// Whether a library of its name was found that is no C core, or one of another version: managed kernels run as if there were none.
    /// </summary>
    public static bool IsIgnored => CoreLibrary.Probe.Status is CoreStatus.Broken or CoreStatus.WrongVersion;

    /// <summary>One line: whether the C core is there, and which instruction sets it can run; if it is not, why.</summary>
    public static string Describe() => CoreLibrary.Probe.Describe();
}

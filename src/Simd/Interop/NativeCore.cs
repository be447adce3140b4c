namespace Subquad.Simd.Interop;

/// <summary>What the command says about the C core (the native library <c>subquad_core</c>). Results do not depend on it.</summary>
public static class NativeCore
{
    /// <summary>Whether the C core was found and speaks this library's version.</summary>
    public static bool IsPresent => CoreLibrary.Status == CoreStatus.Present;

    /// <summary>One line: whether the C core is there, and which instruction set it runs.</summary>
    public static string Describe() => CoreLibrary.Describe();
}

using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Record;

/// <summary>The sections that are built into the program, and which of them a kernel set must meet.</summary>
internal static class RecordStore
{
    private const string Extension = ".txt", Fused = "-fused";

    /// <summary>Every section that the library has a kernel set for, on one machine or another.</summary>
    public static IReadOnlyList<string> AllSections { get; } =
    [
        "simd512", "simd256", "simd128", $"simd128{Fused}", "scalar",
        "native-avx512bf16", "native-avx512", "native-avx2", "native-neon", "native-scalar",
    ];

    /// <summary>
    /// The section of a set. A mixture has that of its managed set, whose bits it promises. simd128 rounds products on x86 and fuses
    /// on arm64, so there are two sections.
    /// </summary>
    public static string SectionOf(KernelSet kernels)
    {
        string name = kernels.Name.Split('+')[0];
        return name == "simd128" && kernels.IsFused ? name + Fused : name;
    }

    /// <summary>The kernel set of a section.</summary>
    public static string SetOf(string section) => section.Replace(Fused, "", StringComparison.Ordinal);

    /// <summary>Whether a set writes the section that it must meet.</summary>
    public static bool HasOwnSection(KernelSet kernels) => !kernels.Name.Contains('+') && Obstacle(kernels) is null;

    /// <summary>Why the bits of a set are not those of its section on this process; null when they are.</summary>
    public static string? Obstacle(KernelSet kernels) =>
        KernelSets.Native.Contains(kernels) && !KernelSets.Managed.Any(set => set.IsFused && set.Lanes == kernels.Lanes)
            ? $"the managed kernels that serve its dot products have other lanes than its {kernels.Lanes}"
            : null;

    /// <summary>The text of a section; null when there is none.</summary>
    public static string? Read(string section)
    {
        using Stream? stream = typeof(RecordStore).Assembly.GetManifestResourceStream(section + Extension);
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Writes a section, which the next build takes up where the folder is the source.</summary>
    /// <returns>The file.</returns>
    public static string Write(string folder, string section, string text)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, section + Extension);
        File.WriteAllText(path, text);
        return path;
    }
}

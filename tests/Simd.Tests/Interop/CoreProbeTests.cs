using System.Runtime.InteropServices;
using NUnit.Framework;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Interop;

/// <summary>A C core that is absent, broken or of another version is a state, and never an error.</summary>
[TestFixture]
public sealed unsafe class CoreProbeTests
{
    private static readonly CoreApi[] s_tables = GC.AllocateArray<CoreApi>(2, pinned: true);

    [Test]
    public void The_core_is_present_if_it_was_built_and_says_so()
    {
        bool built = Directory.EnumerateFiles(AppContext.BaseDirectory)
            .Any(path => Path.GetFileName(path).Contains("subquad_core.", StringComparison.Ordinal));
        Assert.That(NativeCore.IsPresent, Is.EqualTo(built));
        Assert.That(NativeCore.Describe(), Does.StartWith(built ? "C core: present" : "C core: absent"));
    }

    [Test]
    public void A_library_that_is_not_found_is_absent() => AssertIgnored((_, _) => throw new DllNotFoundException(), CoreStatus.Absent);

    [Test]
    public void Only_folders_of_the_program_are_searched_unless_the_variable_names_a_library()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, own = Path.Combine(AppContext.BaseDirectory, CoreProbe.FileName);
        try
        {
            Assert.That(() => CoreLibrary.Load(null, []), Throws.TypeOf<DllNotFoundException>());
            Assert.That(() => CoreLibrary.Load("", [folder]), Throws.TypeOf<DllNotFoundException>().With.Message.Contains("no folder"));
            Assert.That(
                () => CoreLibrary.Load(Path.Combine(folder, "absent"), [AppContext.BaseDirectory]), Throws.TypeOf<DllNotFoundException>());
            if (!File.Exists(own))
                return;
            Assert.That(CoreLibrary.Load(null, [folder, AppContext.BaseDirectory]), Is.Not.Zero);
            Assert.That(CoreLibrary.Load(own, []), Is.Not.Zero);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_file_that_the_system_cannot_load_is_broken()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string file = Path.Combine(folder, CoreProbe.FileName);
            CoreApi* Load(uint version, uint index)
            {
                _ = NativeLibrary.Load(file);
                return null;
            }
            AssertIgnored(Load, CoreStatus.Absent, folder);
            File.WriteAllText(file, "not a library");
            AssertIgnored(Load, CoreStatus.Broken, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_file_that_was_cut_short_is_not_loaded_at_all()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // Three section headers of 64 bytes from byte 1,000 on.
            byte[] library = new byte[1192];
            new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(library, 0);
            BitConverter.TryWriteBytes(library.AsSpan(40), 1000L);
            BitConverter.TryWriteBytes(library.AsSpan(58), 0x0003_0040);
            string file = Path.Combine(folder, CoreProbe.FileName);
            foreach ((int length, CoreStatus expected) in new[] { (5, CoreStatus.Broken), (64, CoreStatus.Broken),
                (1191, CoreStatus.Broken), (1192, CoreStatus.WrongVersion), (3, CoreStatus.WrongVersion) })
            {
                File.WriteAllBytes(file, library[..length]);
                bool asked = false;
                AssertIgnored((_, _) => { asked = true; return null; }, expected, folder);
                Assert.That(asked, Is.EqualTo(expected != CoreStatus.Broken), $"{length} bytes");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_file_that_is_not_the_core_is_broken()
    {
        AssertIgnored((_, _) => throw new EntryPointNotFoundException(), CoreStatus.Broken);
        AssertIgnored((_, _) => throw new BadImageFormatException(), CoreStatus.Broken);
    }

    [Test]
    public void A_library_of_another_version_is_ignored()
    {
        AssertIgnored((_, _) => null, CoreStatus.WrongVersion);
        AssertIgnored((version, index) => Answer(index, 1, version + 1, (uint)sizeof(CoreApi)), CoreStatus.WrongVersion);
        AssertIgnored((version, index) => Answer(index, 1, version, (uint)sizeof(CoreApi) - 1), CoreStatus.WrongVersion);
    }

    [Test]
    public void Every_table_of_our_version_is_taken()
    {
        var probe = CoreProbe.Run((version, index) => Answer(index, 2, version, (uint)sizeof(CoreApi) + 8));
        Assert.That(probe.Status, Is.EqualTo(CoreStatus.Present));
        Assert.That(probe.Apis.Length, Is.EqualTo(2));
        Assert.That(probe.Apis[0] != probe.Apis[1]);
    }

    [Test]
    public void Structs_are_laid_out_as_in_the_header()
    {
        foreach (CoreApi* api in CoreLibrary.Probe.Apis)
            Assert.That(api->Size, Is.EqualTo(sizeof(CoreApi)), CoreProbe.NameOf(api));
        Assert.That(sizeof(BFloat16View), Is.EqualTo(sizeof(PanelView)));
        Assert.That((sizeof(PanelView), sizeof(ActiveView), sizeof(TransposedView)),
            Is.EqualTo((sizeof(long) * 2 + sizeof(void*), 16 + 3 * sizeof(void*), 16 + 4 * sizeof(void*))));
        Assert.That((sizeof(BoundView), sizeof(PackedView), sizeof(TournamentView)),
            Is.EqualTo((7 * sizeof(void*), 5 * sizeof(void*), sizeof(void*) + 24 + 9 * sizeof(long))));
        Assert.That((sizeof(RowTreeView), sizeof(SearchCounts)),
            Is.EqualTo((4 * sizeof(void*) + 10 * sizeof(long) + 4 * sizeof(int), 3 * sizeof(long))));
    }

    /// <summary>A library that has that many tables.</summary>
    private static CoreApi* Answer(uint index, int count, uint version, uint size)
    {
        if (index >= count)
            return null;
        s_tables[index] = new CoreApi { AbiVersion = version, Size = size };
        // Pinned for good.
        fixed (CoreApi* answer = &s_tables[index])
            return answer;
    }

    private static void AssertIgnored(CoreProbe.GetApi library, CoreStatus expected, params ReadOnlySpan<string> folders)
    {
        var probe = CoreProbe.Run(library, folders);
        Assert.That(probe.Status, Is.EqualTo(expected));
        Assert.That(probe.Apis.Length, Is.Zero);
        Assert.That(probe.Describe(), Does.StartWith("C core: ").And.Contain("managed kernels run"));
    }
}

namespace Subquad.Architecture.Tests;

public class SourceTests
{
    [Test]
    public void Intrinsics_stay_in_the_lanes_and_their_dispatch() =>
        Assert.That(
            Repository.CSharpBelow("src/").Concat(Repository.CSharpBelow("perf/")).SelectMany(SourceRules.MisplacedIntrinsics),
            Is.Empty);

    [Test]
    public void Managed_has_no_unsafe_code() =>
        Assert.That(Repository.CSharpBelow("src/Managed/").SelectMany(SourceRules.UnsafeCode), Is.Empty);

    [Test]
    public void No_source_is_too_long() => Assert.That(Repository.Files.SelectMany(SourceRules.TooLong), Is.Empty);

    [Test]
    public void No_line_is_too_wide() => Assert.That(Repository.Files.SelectMany(SourceRules.WideLines), Is.Empty);

    [Test]
    public void Nothing_was_left_over() => Assert.That(Repository.Files.SelectMany(SourceRules.Leftovers), Is.Empty);

    [Test]
    public void No_file_knows_the_machine_it_was_written_on() =>
        Assert.That(Repository.Files.SelectMany(SourceRules.MachinePaths), Is.Empty);

    [Test]
    public void The_sources_are_found() => Assert.That(
        Repository.CSharpBelow("src/Simd/").Select(file => file.Path), Does.Contain("src/Simd/Verbs/KernelSet.cs"));

    [Test]
    public void Misplaced_intrinsics_are_found()
    {
        const string Text = "using System.Runtime.Intrinsics.X86;";
        Assert.That(SourceRules.MisplacedIntrinsics(new("src/Simd/Kernels/A.cs", Text)), Is.Not.Empty);
        Assert.That(SourceRules.MisplacedIntrinsics(new("src/Simd/Lanes/A.cs", Text)), Is.Empty);
        Assert.That(SourceRules.MisplacedIntrinsics(new("src/Simd/Kernels/A.cs", "// " + Text)), Is.Empty);
    }

    [TestCase("static unsafe class A;", true)]
    [TestCase("int a = Unsafe.As<float, int>(ref b);", true)]
    [TestCase("public nint Address;", true)]
    [TestCase("string a = \"unsafe\"; // unsafe", false)]
    public void Unsafe_code_is_found(string text, bool expected) =>
        Assert.That(SourceRules.UnsafeCode(new("A.cs", text)).Any(), Is.EqualTo(expected));

    [Test]
    public void A_long_file_is_found()
    {
        Assert.That(SourceRules.TooLong(new("A.cs", new string('\n', SourceRules.MostLines + 1))), Is.Not.Empty);
        Assert.That(SourceRules.TooLong(new("A.cs", new string('\n', SourceRules.MostLines))), Is.Empty);
    }

    [TestCase("    // ", 133, 0)]
    [TestCase("    // ", 134, 1)]
    [TestCase("    /// ", 133, 1)]
    [TestCase("int a; //", 132, 1)]
    public void A_wide_line_is_found(string start, int more, int expected) =>
        Assert.That(SourceRules.WideLines(new("A.cs", start + new string('x', more))).Count(), Is.EqualTo(expected));

    [TestCase("TO" + "DO", true)]
    [TestCase("Thread.Sle" + "ep(1)", true)]
    [TestCase("mastodon", false)]
    public void Leftovers_are_found(string text, bool expected) =>
        Assert.That(SourceRules.Leftovers(new("a.c", text)).Any(), Is.EqualTo(expected));

    [TestCase("README.md", "see .." + "/shared/data", true)]
    [TestCase(".ci/run", "see .." + "/shared/data", false)]
    [TestCase(".ci/run", "cd /wo" + "rk/main", true)]
    [TestCase("a.json", "\"/ro" + "ot/x\"", true)]
    [TestCase("a.md", "https://example.org/wo" + "rk/x and src/ro" + "ot/", false)]
    public void Paths_of_a_machine_are_found(string path, string text, bool expected) =>
        Assert.That(SourceRules.MachinePaths(new(path, text)).Any(), Is.EqualTo(expected));

    [TestCase("a // b\nc", "a  \nc")]
    [TestCase("a /* b\n */ c", "a   c")]
    [TestCase("f(\"// x\\\"y\", '\"', b)", "f(\"\", \"\", b)")]
    [TestCase("f(@\"a\"\"b\\\", c)", "f(\"\", c)")]
    [TestCase("f($\"{a}\", \"\"\"x \"y\" // z\"\"\", c) // d", "f(\"\", \"\", c)  ")]
    public void Comments_and_literals_are_taken_out(string text, string expected) =>
        Assert.That(CSharpText.WithoutCommentsAndLiterals(text), Is.EqualTo(expected));

    [Test]
    public void Types_are_found_at_the_top_level_only() => Assert.That(
        CSharpText.TopLevelTypes(
            "internal sealed class A<T>\n{\n    class Inner;\n}\npublic readonly record struct B(int X);\n"
            + "delegate Span<int> C(int x);\nenum D { }"),
        Is.EqualTo(new[] { "A", "B", "C", "D" }));
}

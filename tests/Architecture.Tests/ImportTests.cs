namespace Subquad.Architecture.Tests;

public class ImportTests
{
    private static readonly string[] s_houses = ["src/Simd/", "src/Managed/", "src/Embedding/", "src/Cli/"];

    [Test]
    public void Every_folder_imports_only_what_its_row_allows() =>
        Assert.That(new ImportRules(ImportTable.Rows, [.. s_houses.SelectMany(Repository.CSharpBelow)]).Violations(), Is.Empty);

    [Test]
    public void Public_types_of_Managed_live_in_its_root_and_its_options() =>
        Assert.That(Repository.CSharpBelow("src/Managed/").SelectMany(SourceRules.HiddenPublicTypes), Is.Empty);

    [TestCase("Simd/Kernels", "Simd/Lanes", true)]
    [TestCase("Simd/Kernels", "Simd/Verbs", false)]
    [TestCase("Simd/Interop", "Simd/Memory", true)]
    [TestCase("Simd/Dispatch", "Simd/Kernels", true)]
    [TestCase("Managed/Training", "Managed/Data", true)]
    [TestCase("Managed/Training", "Simd/Memory", true)]
    [TestCase("Managed/Layers", "Managed/Data", false)]
    [TestCase("Managed/Losses", "Managed/Options", true)]
    [TestCase("Managed/Losses", "Managed/Engine", false)]
    [TestCase("Managed/Options", "Managed", false)]
    [TestCase("Managed/Formats", "Managed", false)]
    [TestCase("Managed/Formats", "Managed/Models", true)]
    [TestCase("Managed/Models", "Managed/Formats", false)]
    [TestCase("Managed", "Managed/Training", true)]
    [TestCase("Embedding", "Managed", true)]
    [TestCase("Managed", "Embedding", false)]
    public void Reach_is_transitive_and_points_down(string from, string to, bool expected) =>
        Assert.That(ImportTable.Reach(ImportTable.Rows, from).Contains(to), Is.EqualTo(expected));

    [TestCase("Managed/Layers/A.cs", "using Subquad.Training;\nnamespace Subquad.Layers;\nclass A;", "may not import Managed/Training")]
    [TestCase("Managed/Layers/A.cs", "namespace Subquad.Layers;\nclass A { Subquad.Engine.B b; }", "may not import Managed/Engine")]
    [TestCase("Managed/Layers/A.cs", "namespace Subquad.Layers;\nclass A { Engine.Batch b; }", "may not import Managed/Engine")]
    [TestCase("Managed/Formats/A.cs", "namespace Subquad.Formats;\nclass A { Network n; }", "may not import Managed")]
    [TestCase("Managed/Formats/A.cs", "namespace Subquad.Layers;\nclass A;", "namespace Subquad.Formats expected")]
    [TestCase("Managed/Formats/A.cs", "namespace Subquad.Formats { class A { } }", "namespace Subquad.Formats expected")]
    [TestCase("Managed/Options/A.cs", "namespace Subquad;\nclass A { Network n; }", "may not import Managed (Network)")]
    [TestCase("Managed/Layers/A.cs", "namespace Subquad.Layers;\nclass A { Report r; }", "may not import Managed/Options (Report)")]
    [TestCase("Cli/Data/A.cs", "namespace Subquad.Cli;\nclass A { Program p; }", "may not import Cli (Program)")]
    [TestCase(
        "Managed/Training/A.cs", "using Subquad.Optimizers.GaussNewton;\nnamespace Subquad.Training;\nclass A;",
        "may not import Managed/Optimizers/GaussNewton")]
    [TestCase("Managed/Extra/A.cs", "namespace Subquad.Extra;\nclass A;", "not in the import table")]
    [TestCase("Simd/Memory/A.cs", "using Subquad.Simd.Lanes;\nnamespace Subquad.Simd.Memory;\nclass A;", "may not import Simd/Lanes")]
    [TestCase("Simd/Memory/A.cs", "namespace Subquad.Simd.Memory;\nclass A { KernelSet k; }", "may not import Simd/Verbs (KernelSet)")]
    [TestCase("Simd/Memory/A.cs", "using static Subquad.Data.B;\nnamespace Subquad.Simd.Memory;\nclass A;", "may not import Managed/Data")]
    public void A_name_that_points_up_is_found(string path, string text, string expected) =>
        Assert.That(ViolationsOf(path, text), Has.Exactly(1).Contains(expected));

    [TestCase(
        "Managed/Training/A.cs", "using Subquad.Engine;\nusing Subquad.Simd.Memory;\nnamespace Subquad.Training;\nclass A { Batch b; }")]
    [TestCase(
        "Managed/Formats/A.cs",
        "namespace Subquad.Formats;\n/// <see cref=\"Network\"/>\nclass A { string s = \"Subquad.Training\"; object o = x.Network; }")]
    [TestCase("Simd/Memory/A.cs", "namespace Subquad.Simd.Memory;\nclass A { void F() => Contract.Holds(true, string.Empty); }")]
    [TestCase("Managed/Engine/A.cs", "namespace Subquad.Engine;\nclass A { Report r; Subquad.Report s; }")]
    [TestCase("Managed/A.cs", "using Subquad.Training;\nnamespace Subquad;\nclass A;")]
    public void A_name_that_points_down_is_not(string path, string text) => Assert.That(ViolationsOf(path, text), Is.Empty);

    [Test]
    public void A_public_type_outside_the_root_is_found()
    {
        Assert.That(
            SourceRules.HiddenPublicTypes(new("src/Managed/Data/A.cs", "namespace Subquad.Data;\npublic readonly record struct A;")),
            Is.Not.Empty);
        const string nested = "namespace Subquad.Data;\ninternal class A\n{\n    public enum B { }\n}";
        Assert.That(SourceRules.HiddenPublicTypes(new("src/Managed/Data/A.cs", nested)), Is.Empty);
        Assert.That(SourceRules.HiddenPublicTypes(new("src/Managed/A.cs", "namespace Subquad;\npublic class A;")), Is.Empty);
        Assert.That(SourceRules.HiddenPublicTypes(new("src/Managed/Options/A.cs", "namespace Subquad;\npublic record A;")), Is.Empty);
    }

    private static List<string> ViolationsOf(string path, string text) => [.. new ImportRules(ImportTable.Rows,
    [
        new("src/" + path, text),
        new("src/Simd/Contract.cs", "namespace Subquad.Simd;\ninternal static class Contract;"),
        new("src/Simd/Verbs/KernelSet.cs", "namespace Subquad.Simd;\npublic abstract class KernelSet;"),
        new("src/Managed/Network.cs", "namespace Subquad;\npublic sealed class Network;"),
        new("src/Managed/Options/Report.cs", "namespace Subquad;\npublic sealed record Report;"),
        new("src/Cli/Program.cs", "namespace Subquad.Cli;\ninternal static class Program;"),
        new("src/Managed/Engine/Batch.cs", "namespace Subquad.Engine;\ninternal sealed class Batch;"),
    ]).Violations()];
}

using System.Xml.Linq;

namespace Subquad.Architecture.Tests;

public class ProjectTests
{
    [TestCase("src/Simd/Subquad.Simd.csproj", "", "")]
    [TestCase("src/Managed/Subquad.csproj", "Subquad.Simd.csproj", "Microsoft.Extensions.Logging.Abstractions")]
    public void A_library_depends_on_this_only(string path, string projects, string packages)
    {
        var project = XDocument.Parse(Repository.Text(path));
        Assert.That(string.Join(' ', References(project, "ProjectReference").Select(Path.GetFileName)), Is.EqualTo(projects));
        Assert.That(string.Join(' ', References(project, "PackageReference")), Is.EqualTo(packages));
    }

    [TestCase("src/Cli/Subquad.Cli.csproj", "Subquad.Cli")]
    [TestCase("src/Embedding/Subquad.Embedding.csproj", "subquad_train")]
    public void What_stands_on_the_library_uses_its_public_part_only(string project, string assembly)
    {
        Assert.That(References(XDocument.Parse(Repository.Text(project)), "ProjectReference").Select(Path.GetFileName),
            Is.EqualTo(new[] { "Subquad.csproj" }));
        foreach (string path in new[] { "src/Simd/Subquad.Simd.csproj", "src/Managed/Subquad.csproj" })
            Assert.That(References(XDocument.Parse(Repository.Text(path)), "InternalsVisibleTo"), Has.None.EqualTo(assembly), path);
    }

    [TestCase("src/Simd", "Subquad.Simd.csproj")]
    [TestCase("src/Managed", "Subquad.csproj")]
    [TestCase("src/Cli", "Subquad.Cli.csproj")]
    public void A_package_has_a_page_of_its_own(string folder, string project)
    {
        const int screen = 60;
        XElement page = XDocument.Parse(Repository.Text($"{folder}/{project}")).Descendants("None")
            .Single(element => (string?)element.Attribute("Include") == "README.md");
        Assert.That((string?)page.Attribute("Pack"), Is.EqualTo("true"));
        string text = Repository.Text($"{folder}/README.md");
        Assert.That(text.Split('\n'), Has.Length.LessThan(screen));
        Assert.That(PageRules.Links(text), Is.Empty, "a package is shown where there is no repository");
    }

    [Test]
    public void Managed_may_not_be_compiled_unsafe() =>
        Assert.That(Repository.Text("src/Managed/Subquad.csproj"), Does.Not.Contain("AllowUnsafeBlocks"));

    [Test]
    public void References_are_found() =>
        Assert.That(
            References(XDocument.Parse("<Project><ItemGroup><PackageReference Include='A' /><X Include='B' /></ItemGroup></Project>"),
            "PackageReference"), Is.EqualTo(new[] { "A" }));

    private static IEnumerable<string> References(XDocument project, string kind) =>
        project.Descendants(kind).Select(element => (string)element.Attribute("Include")!);
}

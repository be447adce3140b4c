namespace Subquad.Architecture.Tests;

public class TestNameTests
{
    private static IEnumerable<RepositoryFile> TestFiles => Repository.CSharpBelow("tests/");

    [Test]
    public void A_file_with_tests_has_one_fixture_of_its_name() =>
        Assert.That(TestFiles.SelectMany(TestNameRules.MisnamedFixtures), Is.Empty);

    [Test]
    public void A_test_is_a_sentence() => Assert.That(TestFiles.SelectMany(TestNameRules.MisnamedTests), Is.Empty);

    [Test]
    public void Folders_of_test_projects_are_rooms_of_the_sources()
    {
        string[] paths = [.. Repository.Files.Select(file => file.Path)];
        Assert.That(TestFiles.SelectMany(file => TestNameRules.FoldersWithoutRoom(file, paths)), Is.Empty);
    }

    [Test]
    public void The_tests_are_found()
    {
        RepositoryFile here = TestFiles.Single(file => file.Path == "tests/Architecture.Tests/TestNameTests.cs");
        Assert.That(TestNameRules.TestsOf(here), Does.Contain(nameof(The_tests_are_found)).And.Contain(nameof(A_misnamed_test_is_found)));
        Assert.That(TestNameRules.TestsOf(here), Has.No.Member(nameof(TestFiles)));
    }

    [TestCase("A", "public class A\n{\n    [Test]\n    public void B_c() { }\n}", 1)]
    [TestCase("ATests", "public class A\n{\n    [Test]\n    public void B_c() { }\n}", 1)]
    [TestCase("ATests", "public class ATests;\npublic class BTests;", 1)]
    [TestCase("B", "public class ATests;", 1)]
    [TestCase("ATests", "internal sealed unsafe class ATests<T>\n{\n    [Test]\n    public void B_c() { }\n}", 0)]
    [TestCase("A", "public class A\n{\n    [SetUp]\n    public void Begin() { }\n}", 0)]
    public void A_misnamed_fixture_is_found(string file, string text, int expected) =>
        Assert.That(TestNameRules.MisnamedFixtures(new($"tests/X.Tests/{file}.cs", text)).Count(), Is.EqualTo(expected));

    [TestCase("    [Test]\n    public void SomethingHolds() { }\n", 1)]
    [TestCase("    [Test]\n    public void something_holds() { }\n", 1)]
    [TestCase("    [TestCase(1)]\n    [TestCase(2)]\n    public async Task Something_holds_(int a) { }\n", 1)]
    [TestCase("    [TestCase(1)]\n    [Category(\"x\")]\n    public void Something_holds<T>(int a) { }\n", 0)]
    [TestCase("    [TestCase(\n        1,\n        new[] { 2 })]\n    public void SomethingHolds(int a, int[] b) { }\n", 1)]
    [TestCase("    [SetUp]\n    public void MakeFolder() { }\n", 0)]
    [TestCase("    public void MakeFolder() { }\n", 0)]
    public void A_misnamed_test_is_found(string text, int expected) =>
        Assert.That(TestNameRules.MisnamedTests(new("tests/X.Tests/ATests.cs", text)).Count(), Is.EqualTo(expected));

    [TestCase("tests/Managed.Tests/Engine/ATests.cs", 0)]
    [TestCase("tests/Managed.Tests/ATests.cs", 0)]
    [TestCase("tests/Managed.Tests/Motor/ATests.cs", 1)]
    [TestCase("tests/Simd.Tests/Guarded/ATests.cs", 0)]
    [TestCase("tests/Golden/Files/A.cs", 0)]
    public void A_folder_without_a_room_is_found(string path, int expected) =>
        Assert.That(TestNameRules.FoldersWithoutRoom(new(path, ""), ["src/Managed/Engine/A.cs"]).Count(), Is.EqualTo(expected));
}

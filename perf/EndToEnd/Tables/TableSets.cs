namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>The sets of the tables.</summary>
static class TableSets
{
    // The figures are those of the description of the data.
    const string Published = "published", Ridge = "ridge";

    public static readonly TableSet[] All =
    [
        new UciSet("boston", "bostonHousing") { IsSmall = true, References = [(Published, 2.90)] },
        new UciSet("concrete", "concrete") { IsSmall = true, References = [(Published, 4.82)] },
        new UciSet("energy", "energy") { IsSmall = true, References = [(Published, 0.54)] },
        new UciSet("kin8nm", "kin8nm") { References = [(Published, 0.08)] },
        new UciSet("naval", "naval-propulsion-plant"),
        new UciSet("power", "power-plant") { References = [(Published, 4.01)] },
        new UciSet("protein", "protein-tertiary-structure", splits: 5) { References = [(Published, 4.27)] },
        new UciSet("wine", "wine-quality-red") { IsSmall = true, References = [(Published, 0.62)] },
        new UciSet("yacht", "yacht") { IsSmall = true, References = [(Published, 0.67)] },
        new HousingSet(),
        new FewRowsSet("bibtex-80", "bibtex/bibtex_train.txt.gz", rows: 80) { IsSmall = true },
        new FewRowsSet("hypernym-100", "oewn-hypernym/oewn_train.txt.gz", rows: 100) { IsSmall = true },
        new FewRowsSet("cedict-100", "cedict/cedict_train.txt.gz", rows: 100) { IsSmall = true },
        new TextSet("heart", TableMetric.Accuracy, "libsvm/heart_scale.gz") { IsSmall = true },
        new TextSet("agaricus", TableMetric.Accuracy, "libsvm/agaricus.txt.train.gz", "libsvm/agaricus.txt.test.gz"),
        new TextSet("a9a", TableMetric.Accuracy, "libsvm/a9a.gz", "libsvm/a9a.t.gz") { References = [(Published, 0.85)] },
        new FashionSet(),
        new TextSet("bibtex", TableMetric.PrecisionAt1, "bibtex/bibtex_train.txt.gz", "bibtex/bibtex_test.txt.gz")
        {
            References = [(Ridge, 0.640)],
        },
        new TextSet("delicious", TableMetric.PrecisionAt1, "delicious/delicious_train.txt.gz", "delicious/delicious_test.txt.gz")
        {
            References = [(Ridge, 0.616)],
        },
        new TextSet("hypernym", TableMetric.PrecisionAt1, "oewn-hypernym/oewn_train.txt.gz", "oewn-hypernym/oewn_test.txt.gz")
        {
            HasReferencesOnly = true,
            References = [(Ridge, 0.348), ("20-NN", 0.355), ("fastText", 0.353)],
        },
        new TextSet("cedict", TableMetric.PrecisionAt1, "cedict/cedict_train.txt.gz", "cedict/cedict_test.txt.gz")
        {
            HasReferencesOnly = true,
            References = [(Ridge, 0.479), ("20-NN", 0.433)],
        },
    ];
}

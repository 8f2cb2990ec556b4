use super::*;
use crate::documents::model::Series;

fn series(name: &str, values: &[Option<i64>]) -> Series {
    let values = values.iter().map(|value| value.map(Decimal::from)).collect();
    Series { name: name.to_owned(), values, sources: Vec::new() }
}

fn chart(kind: ChartKind) -> Chart {
    Chart {
        caption: "图1 高考<上线>人数".to_owned(),
        kind,
        labels: vec!["本一".to_owned(), "本科".to_owned(), "艺术".to_owned()],
        series: vec![
            series("2021年", &[Some(130), Some(450), None]),
            Series {
                sources: vec![vec![0], vec![], vec![2, 3]],
                ..series("2022年", &[Some(135), Some(455), Some(85)])
            },
        ],
        unit: "人".to_owned(),
    }
}

fn of_each_kind() -> impl Iterator<Item = Chart> {
    [ChartKind::Columns, ChartKind::Bars, ChartKind::Line].into_iter().map(chart)
}

#[test]
fn a_chart_says_its_numbers_and_names() {
    for chart in of_each_kind() {
        let svg = chart_svg(&chart, &Fonts::none());
        for text in ["单位：人", "2021年", "2022年", "本一", ">130<", ">450<", ">455<", ">85<", "2022年 艺术 85人"]
        {
            assert!(svg.contains(text), "{:?} lacks {text}: {svg}", chart.kind);
        }
        assert!(svg.contains("aria-label=\"图1 高考&lt;上线&gt;人数\""), "{svg}");
        assert_eq!(svg.matches("<title>").count(), 5, "a gap is drawn as a value");
        usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
    }
}

#[test]
fn values_lead_to_their_sources_where_there_are_any() {
    let link = |sources: &[usize]| sources.first().map(|first| format!("#source-{first}"));
    for chart in of_each_kind() {
        let svg = linked_svg(&chart, &link);
        assert_eq!(svg.matches("<a ").count(), 2);
        assert!(svg.contains("<a href=\"#source-0\"><title>2022年 本一 135人</title>"), "{svg}");
        assert!(svg.contains("<a href=\"#source-2\"><title>2022年 艺术 85人</title>"), "{svg}");
    }
}

#[test]
fn a_line_is_broken_where_a_value_is_missing() {
    let line = Chart {
        series: vec![series("完成", &[Some(1), None, Some(3)])],
        labels: ["1月", "2月", "3月"].map(str::to_owned).to_vec(),
        ..chart(ChartKind::Line)
    };
    let svg = chart_svg(&line, &Fonts::none());
    let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!((path.matches('M').count(), path.matches('L').count()), (2, 0), "{path}");
    let unbroken = Chart { series: vec![series("完成", &[Some(1), Some(2), Some(3)])], ..line };
    let svg = chart_svg(&unbroken, &Fonts::none());
    let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!((path.matches('M').count(), path.matches('L').count()), (1, 2), "{path}");
}

#[test]
fn numbers_are_printed_as_they_are() {
    for (value, expected) in [
        ("12345678901.25", "12345678901.25"),
        ("0.0385", "0.0385"),
        ("3.846153", "3.85"),
        ("-2.50", "-2.5"),
        ("1000", "1000"),
    ] {
        assert_eq!(printed(value.parse().unwrap()), expected);
    }
}

#[test]
fn whatever_a_chart_is_made_of_it_is_drawn() {
    let values = [None, Some(Decimal::MAX), Some(Decimal::MIN), Some(Decimal::ZERO)];
    for kind in [ChartKind::Columns, ChartKind::Bars, ChartKind::Line] {
        for labels in [0, 1, 3, 60] {
            for names in [0, 1, 5] {
                let series = |name| Series {
                    name: format!("系列{name}"),
                    values: values.iter().copied().cycle().take(labels + 1).collect(),
                    sources: Vec::new(),
                };
                let chart = Chart {
                    caption: String::new(),
                    kind,
                    labels: (0..labels)
                        .map(|label| format!("很长很长的名称第{label}个{}", "学校".repeat(20)))
                        .collect(),
                    series: (0..names).map(series).collect(),
                    unit: String::new(),
                };
                let svg = chart_svg(&chart, &Fonts::none());
                usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
                let table = as_table(&chart);
                assert_eq!((table.rows.len(), table.head[0].len()), (labels, names + 1));
            }
        }
    }
}

#[test]
fn what_nobody_could_read_on_paper_is_not_drawn_there() {
    let of = |kind, labels: i64, names: usize| {
        let values: Vec<Option<i64>> = (0..labels).map(Some).collect();
        let labels = (1..=labels).map(|label| format!("第{label}小学")).collect();
        let chart = Chart { kind, labels, series: vec![series("学生数", &values); names], ..chart(kind) };
        on_paper(&chart, &Fonts::none()).map(|drawing| (drawing.width, drawing.height))
    };
    for (kind, labels, names) in [
        (ChartKind::Bars, 12, 1),
        (ChartKind::Bars, 30, 1),
        (ChartKind::Columns, 12, 2),
        (ChartKind::Columns, 24, 1),
        (ChartKind::Line, 12, 3),
    ] {
        let (width, height) = of(kind, labels, names).unwrap();
        assert!(width <= PAPER_WIDTH.into() && height <= PAPER_HEIGHT.into(), "{kind:?} {labels}: {width} {height}");
    }
    for (kind, labels, names) in [
        (ChartKind::Bars, 110, 1),
        (ChartKind::Bars, 30, 4),
        (ChartKind::Columns, 30, 1),
        (ChartKind::Columns, 12, 6),
        (ChartKind::Line, 110, 1),
    ] {
        assert_eq!(of(kind, labels, names), None, "{kind:?} {labels}");
    }
}

#[test]
fn a_picture_needs_a_font() {
    let chart = chart(ChartKind::Columns);
    assert!(picture(&chart, &Fonts::none()).is_none());
    let fonts = Fonts::find();
    if fonts.family().is_some() {
        let picture = picture(&chart, &fonts).unwrap();
        assert!(picture.png.starts_with(b"\x89PNG"));
        assert_eq!(picture.width, Decimal::from(150));
    }
}

-- What is asked of an open API, with the source of each criterion. The weights are this site's own choice: what keeps
-- people out altogether (a licence that forbids use, an approval) weighs two, everything else one.
SELECT * FROM (VALUES
    (
        'open_licence', 2, 'پروانهٔ باز', 'Open licence',
        'پروانهٔ داده یکی از پروانه‌های باز شناخته‌شده است: CC0، CC-BY، CC-BY-SA، ODbL، ODC-BY یا PDDL.',
        'The licence of the data is one of the known open ones: CC0, CC-BY, CC-BY-SA, ODbL, ODC-BY or PDDL.',
        'Open Definition 2.1, 1.1', 'https://opendefinition.org/od/2.1/en/'
    ),
    (
        'no_approval', 2, 'بی‌نیاز از موافقت', 'No approval',
        'برای استفاده لازم نیست کسی با درخواست شما موافقت کند.',
        'Nobody has to agree to a request before the API can be used.',
        'International Open Data Charter, principle 3', 'https://opendatacharter.org/principles/'
    ),
    (
        'no_key', 1, 'بی‌نیاز از کلید', 'No key',
        'برای خواندن داده نام‌نویسی و کلید لازم نیست.',
        'Data can be read without registration and without a key.',
        'International Open Data Charter, principle 3', 'https://opendatacharter.org/principles/'
    ),
    (
        'documented', 1, 'راهنما دارد', 'Documented',
        'راهنمای کامل درگاه منتشر شده است.',
        'Complete documentation of the API is published.',
        'W3C Data on the Web Best Practices, 25', 'https://www.w3.org/TR/dwbp/'
    ),
    (
        'machine_readable', 1, 'قالب ماشین‌خوان', 'Machine-readable format',
        'داده در قالبی باز و ماشین‌خوان می‌آید: JSON، GeoJSON، XML یا CSV.',
        'Data comes in an open machine-readable format: JSON, GeoJSON, XML or CSV.',
        'W3C Data on the Web Best Practices, 12', 'https://www.w3.org/TR/dwbp/'
    ),
    (
        'standard', 1, 'پیرو استاندارد', 'Follows a standard',
        'از استانداردی پیروی می‌کند که دیگران هم دارند، مانند GTFS، OCDS، Open311، OGC API یا توصیف OpenAPI.',
        'It follows a standard that others follow too, such as GTFS, OCDS, Open311, OGC API or an OpenAPI description.',
        'W3C Data on the Web Best Practices, 24', 'https://www.w3.org/TR/dwbp/'
    ),
    (
        'versioned', 1, 'شمارهٔ نسخه دارد', 'Has a version',
        'شمارهٔ نسخه دارد تا استفاده‌کنندگان تغییر را ببینند.',
        'It has a version, so that those who use it see a change.',
        'W3C Data on the Web Best Practices, 7', 'https://www.w3.org/TR/dwbp/'
    ),
    (
        'cors', 1, 'در مرورگر کار می‌کند', 'Works in browsers',
        'صفحه‌های وب دیگران می‌توانند در مرورگر آن را بخوانند (CORS).',
        'Web pages of others can read it in a browser (CORS).',
        'WHATWG Fetch, CORS protocol', 'https://fetch.spec.whatwg.org/#http-cors-protocol'
    ),
    (
        'rate_limit_stated', 1, 'سقف درخواست گفته شده', 'Rate limit stated',
        'گفته شده که در هر دقیقه چند بار می‌توان پرسید.',
        'It is said how many times a minute it may be asked.',
        'RFC 6585, 4', 'https://www.rfc-editor.org/rfc/rfc6585#section-4'
    ),
    (
        'uptime_measured', 1, 'پایداری سنجیده شده', 'Uptime measured',
        'کسی بیرون از ادارهٔ صاحب آن، دست‌کم ۳۰ روز سنجیده و ۹۹ درصد زمان یا بیشتر در دسترس بوده است.',
        'Somebody outside its office measured it for 30 days or more, and it was up for 99 percent of the time or more.',
        'Shahrnama: its own choice', NULL
    )
) AS criteria (criterion_code, weight, name_fa, name_en, rule_fa, rule_en, source_title, source_url)
ORDER BY criterion_code

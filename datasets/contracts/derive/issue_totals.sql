-- How often each kind of error is in what the source published, and in how many contracting processes.
SELECT kind_code, count(*) AS issue_count, count(DISTINCT ocid) AS process_count
FROM contract_issues
GROUP BY kind_code
ORDER BY kind_code
